import HoldfastLayers
import HoldfastTensor

/// What a block of a video tower does first: each place of the picture attends over the frames.
///
/// The positions in time stay in the stream. Source: Zhu et al., 2024, section 3.1; the form is that
/// of [upstream](https://github.com/PKU-YuanGroup/LanguageBind/blob/main/languagebind/video/modeling_video.py).
struct TemporalBranch {
  private let embedding: Tensor  // (1, T, D)
  private let norm: LayerNorm
  private let attention: MultiHeadAttention
  private let frames: Int

  /// The branch at the `scope` of its block: `temporal_embedding`, `temporal_norm`,
  /// `temporal_attention`, which has the adapters.
  init(_ scope: ParameterScope, _ shape: TransformerShape, frames: Int) {
    embedding = scope.parameter(
      "temporal_embedding", [1, frames, shape.width],
      .normal(1 / Double(shape.width).squareRoot()))
    norm = LayerNorm(scope["temporal_norm"], shape.width, epsilon: shape.epsilon)
    attention = MultiHeadAttention(
      scope["temporal_attention"], width: shape.width, heads: shape.heads, lora: shape.lora)
    self.frames = frames
  }

  /// The stream with the branch added: `(B·T, N, D)` to the same shape.
  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let (tokens, width) = (x.shape[1], x.shape[2])
    let clips = x.shape[0] / frames
    var x = try x.reshaped([clips, frames, tokens, width]).transposed(1, 2)
      .reshaped([clips * tokens, frames, width])  // (B·N, T, D)
    if frames > 1 { x = try x + embedding }
    x = try attention(norm(x), adding: x)  // (B·N, T, D)
    return try x.reshaped([clips, tokens, frames, width]).transposed(1, 2)
      .reshaped([clips * frames, tokens, width])  // (B·T, N, D)
  }
}
