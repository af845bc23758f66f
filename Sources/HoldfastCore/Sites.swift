public import HoldfastTensor

/// A place in a tower where a value can be read or replaced.
///
/// Blocks count from 0.
public enum Site: Hashable, Sendable {
  /// The tokens as they enter the first block: `(B, N, D)`.
  case patchEmbedding
  /// The output of a block's attention branch, before the residual sum: `(B, N, D)`.
  case attention(Int)
  /// The output of a block's MLP branch, before the residual sum: `(B, N, D)`.
  case mlp(Int)
  /// The residual stream after a block: `(B, N, D)`.
  case residual(Int)
}

/// What stands at the named sites of a tower during one forward pass.
///
/// A site's function is handed the computation it stands for; it may run it and pass the value on
/// (reading), run it and return another value, or not run it at all.
public struct Sites {
  /// What stands at a site.
  public typealias Function = (_ compute: () throws(TorchError) -> Tensor) throws(TorchError) ->
    Tensor

  private let functions: [Site: Function]

  /// Functions at the sites they are named by.
  public init(_ functions: [Site: Function]) {
    self.functions = functions
  }

  /// Every site left alone, at no cost.
  public static var none: Sites { Sites([:]) }

  /// These sites around those of `inner`: at a site that both name, the function of these is handed
  /// what the function of `inner` gives.
  public func around(_ inner: Sites) -> Sites {
    var all = inner.functions
    for (site, outer) in functions {
      guard let own = all[site] else {
        all[site] = outer
        continue
      }
      let both: Function = { (compute) throws(TorchError) in
        try outer { () throws(TorchError) in try own(compute) }
      }
      all[site] = both
    }
    return Sites(all)
  }

  /// Whether every site is left alone.
  public var isEmpty: Bool { functions.isEmpty }

  /// Whether something stands at any of the sites that `matches` accepts.
  public func occupied(where matches: (Site) -> Bool) -> Bool {
    functions.keys.contains(where: matches)
  }

  /// The value of a site: what stands there decides, else what `compute` gives.
  public func value(
    at site: @autoclosure () -> Site, _ compute: () throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    guard !functions.isEmpty, let function = functions[site()] else { return try compute() }
    return try function(compute)
  }
}
