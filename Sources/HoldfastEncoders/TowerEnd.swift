import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// The end of a tower: its last block, of which one token of each input is used, and the norm and the
/// projection behind it.
///
/// Sites that ask for more of the last block than that token get all of it.
struct TowerEnd {
  /// The last block; nil for a tower without blocks.
  let last: ResidualBlock?
  /// The norm behind it.
  let norm: LayerNorm
  /// The projection into the space.
  let projection: Linear

  /// Embeddings of the tokens `(B, N, D)` before the last block: `(B, E)`.
  ///
  /// - Parameters:
  ///   - causal: whether a token of the last block attends only to itself and those before it.
  ///   - mask: bool, true for what a picked token may attend to, broadcast to `(B, heads, 1, N)`;
  ///     nil for all.
  ///   - pick: the one token that is used: `(B, N, width)` to `(B, 1, width)`, for any width.
  ///   - merge: what brings the rows of a clip's frames, `(B·T, width)`, to one, `(B, width)`.
  func callAsFunction(
    _ x: Tensor, sites: Sites, causal: Bool = false, mask: Tensor? = nil,
    pick: (Tensor) throws(TorchError) -> Tensor,
    merge: (Tensor) throws(TorchError) -> Tensor = { $0 }
  ) throws(TorchError) -> Tensor {
    func embedding(of token: Tensor) throws(TorchError) -> Tensor {
      let pooled = try sites.value(at: .pooled) { () throws(TorchError) in
        try merge(norm(token.select(1, 0)))  // (B, D)
      }
      return try projection(pooled)  // (B, E)
    }
    func short() throws(TorchError) -> Tensor {
      guard let last else { return try pick(x) }
      return try last.picking(x, mask: mask, pick)  // (B, 1, D)
    }
    let needsAll = last?.isOccupied(in: sites) ?? false || sites[.tokens] != nil
    guard needsAll else { return try embedding(of: short()) }

    let (noted, changes) = sites.noted()
    let all = try last?(x, sites: noted, causal: causal) ?? x  // (B, N, D)
    // Rounding depends on how many tokens are multiplied at once, so what was only read goes the
    // short way; a gradient may be asked for with respect to what was read, so it keeps its path.
    let isRead = changes.isEmpty && !all.requiresGradient
    let result = try embedding(of: isRead ? short() : pick(all))
    guard let function = sites[.tokens] else { return result }
    var own: Tensor?
    func projected() throws(TorchError) -> Tensor {
      let computed = try projection(norm(all))  // (B, N, E)
      own = computed
      return computed
    }
    let tokens = try function(projected)
    return tokens === own ? result : try merge(pick(tokens).select(1, 0))
  }
}
