public import HoldfastTensor

/// A place in a tower at which a value can be read or replaced.
///
/// Blocks count from 0. Shapes are those of a tower of pictures or texts; a tower that folds frames
/// or clips into the batch says so.
public enum Site: Hashable, Sendable {
  /// The tokens as they enter the first block: `(B, N, D)`.
  case patchEmbedding
  /// What each head of a block's attention gives, before the output projection: `(B, N, H, d)`.
  case heads(Int)
  /// The output of a block's attention branch, before the residual sum: `(B, N, D)`.
  case attention(Int)
  /// The output of a block's MLP branch, before the residual sum: `(B, N, D)`.
  case mlp(Int)
  /// The residual stream after a block: `(B, N, D)`.
  case residual(Int)
  /// The pooled value of the whole input, behind the last norm and before the projection: `(B, D)`.
  case pooled
  /// All tokens behind the last norm and the projection: `(B, N, E)`.
  ///
  /// If they are replaced, the embedding is the class token, or the token at the end of a text, of
  /// the replacement.
  case tokens
}

/// The functions at the named sites of a tower during one forward pass.
///
/// A site's function is handed the computation it stands for; it may run it and pass the value on
/// (reading), run it and return another value, or not run it at all. Reading leaves embeddings in
/// float32 the same to the bit, unless gradients are recorded through the last block.
public struct Sites {
  /// A function at a site: it may call `compute` for the tower's own value.
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

  /// The function at a site; nil when the site is left alone.
  public subscript(_ site: @autoclosure () -> Site) -> Function? {
    functions.isEmpty ? nil : functions[site()]
  }

  /// The value of a site: that of the function there, else that of `compute`.
  public func value(
    at site: @autoclosure () -> Site, _ compute: () throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    guard let function = self[site()] else { return try compute() }
    return try function(compute)
  }

  /// These sites, and a note that tells whether any of them gave another value than it computed.
  public func noted() -> (sites: Sites, changes: Changes) {
    let changes = Changes()
    var noted: [Site: Function] = [:]
    for (site, function) in functions {
      noted.updateValue(changes.noting(function), forKey: site)
    }
    return (Sites(noted), changes)
  }

  /// Whether the functions of a forward pass changed a value.
  public final class Changes {
    /// Whether all of them passed on what they computed.
    public private(set) var isEmpty = true

    /// A function that does what `function` does, and notes here whether it changes the value.
    fileprivate func noting(_ function: @escaping Function) -> Function {
      func noted(
        _ compute: () throws(TorchError) -> Tensor
      ) throws(TorchError) -> Tensor {
        var own: Tensor?
        func kept() throws(TorchError) -> Tensor {
          let computed = try compute()
          own = computed
          return computed
        }
        let value = try function(kept)
        if value !== own { isEmpty = false }
        return value
      }
      return noted
    }
  }
}
