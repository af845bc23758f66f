import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// A transformer block that normalises before each branch (Radford et al., 2019).
///
/// The heads of its attention, its attention, its MLP and the stream behind it are named sites. In a
/// tower of clips a branch over time comes before both; it has no site.
struct ResidualBlock {
  private let temporal: TemporalBranch?
  private let norm1, norm2: LayerNorm
  private let attention: MultiHeadAttention
  private let mlp: MLP
  private let index: Int

  /// The block `index` of a tower, at `scope`: `norm1`, `attention`, `norm2`, `mlp`, and what the
  /// branch over time has.
  ///
  /// Adapters sit in the attention over time if there is one, else in the attention.
  init(_ scope: ParameterScope, _ shape: TransformerShape, index: Int) {
    temporal = shape.frames.map { TemporalBranch(scope, shape, frames: $0) }
    norm1 = LayerNorm(scope["norm1"], shape.width, epsilon: shape.epsilon)
    attention = MultiHeadAttention(
      scope["attention"], width: shape.width, heads: shape.heads,
      lora: shape.frames == nil ? shape.lora : nil, hasExtraKey: shape.hasExtraKey,
      hasProjectionBias: shape.hasProjectionBias)
    norm2 = LayerNorm(scope["norm2"], shape.width, epsilon: shape.epsilon)
    mlp = MLP(
      scope["mlp"], width: shape.width, hidden: shape.hidden, activation: shape.activation)
    self.index = index
  }

  /// All tokens: `(B, N, D)` to the same shape.
  ///
  /// - Parameter mask: bool, true for what a token may attend to, broadcast to `(B, heads, N, N)`.
  func callAsFunction(
    _ x: Tensor, sites: Sites, causal: Bool = false, mask: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try sites.value(at: .residual(index)) { () throws(TorchError) in
      let seen = try temporal?(x) ?? x  // (B, N, D)
      let x = try stream(seen, with: .attention(index), in: sites) { (x) throws(TorchError) in
        try attention(
          norm1(seen), causal: causal, mask: mask, adding: x, heads: sites[.heads(index)])
      }  // (B, N, D)
      return try stream(x, with: .mlp(index), in: sites) { (stream) throws(TorchError) in
        try mlp(norm2(x), adding: stream)
      }  // (B, N, D)
    }
  }

  /// The stream with a branch added, `(B, N, D)`.
  ///
  /// The branch adds itself unless something at its site asks for its output alone.
  private func stream(
    _ x: Tensor, with site: Site, in sites: Sites,
    _ branch: (_ stream: Tensor?) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    guard let function = sites[site] else { return try branch(x) }
    let output = try function { () throws(TorchError) in try branch(nil) }
    // What a defence puts at a site may be of another element type than the stream.
    return try x + output.to(x.dtype)
  }

  /// Whether something stands at a site of this block, so that it must be computed in full.
  func isOccupied(in sites: Sites) -> Bool {
    sites.occupied {
      [.heads(index), .attention(index), .mlp(index), .residual(index)].contains($0)
    }
  }

  /// Only the tokens that `pick` takes, `(B, M, D)`, for a last block of which no more is used.
  ///
  /// - Parameter mask: bool, true for what a picked token may attend to, broadcast to `(B, heads,
  ///   M, N)`.
  func picking(
    _ x: Tensor, mask: Tensor? = nil, _ pick: (Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    let seen = try temporal?(x) ?? x  // (B, N, D)
    let normed = try norm1(seen)  // (B, N, D)
    let picked = try attention(
      pick(normed), to: normed, mask: mask, adding: pick(seen))  // (B, M, D)
    return try mlp(norm2(picked), adding: picked)  // (B, M, D)
  }
}

/// What the blocks of a tower have in common.
struct TransformerShape {
  let width, heads, hidden: Int
  let activation: Activation
  let epsilon: Double
  /// How many frames a clip has, in a tower that looks over time.
  var frames: Int?
  /// The adapters of its attentions.
  var lora: LoRA?
  /// Whether its attentions have a key and a value that depend on no token.
  var hasExtraKey = false
  /// Whether queries, keys and values have a bias.
  var hasProjectionBias = true
}
