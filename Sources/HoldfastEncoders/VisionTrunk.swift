import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// A vision transformer from pictures to the class token behind its last norm, as CLIP has it
/// (Dosovitskiy et al., 2021; Radford et al., 2021, section 2.4).
struct VisionTrunk {
  private let embedding: PatchEmbedding
  private let preNorm: LayerNorm
  private let blocks: [ResidualBlock]
  private let postNorm: LayerNorm

  /// The trunk at `scope`: what the embedding has, `pre_norm`, `blocks`, `post_norm`.
  init(
    _ scope: ParameterScope, _ embedding: PatchEmbedding, _ shape: TransformerShape, layers: Int
  ) {
    self.embedding = embedding
    preNorm = LayerNorm(scope["pre_norm"], shape.width, epsilon: shape.epsilon)
    blocks = (0..<layers).map { ResidualBlock(scope["blocks"][$0], shape, index: $0) }
    postNorm = LayerNorm(scope["post_norm"], shape.width, epsilon: shape.epsilon)
  }

  /// How many blocks there are.
  var blockCount: Int { blocks.count }

  /// Where the parameters live.
  var device: Device { embedding.device }

  /// The element type of the parameters and of all that is computed from them.
  var dtype: DType { embedding.dtype }

  /// The class tokens of the normalised pictures `(B, 3, H, W)` that `pixels` gives: `(B, D)`.
  func callAsFunction(
    sites: Sites, _ pixels: () throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    var x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      try preNorm(embedding(pixels().to(dtype)))  // (B, N, D)
    }
    for block in blocks.dropLast() { x = try block(x, sites: sites) }
    return try postNorm(classToken(x, sites: sites))  // (B, D)
  }

  /// The class token behind the last block, of which nothing else is used: `(B, D)`.
  private func classToken(_ x: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    guard let last = blocks.last else { return try x.select(1, 0) }
    guard !last.isOccupied(in: sites) else { return try last(x, sites: sites).select(1, 0) }
    return try last.picking(x) { (x) throws(TorchError) in try x.slice(1, 0..<1) }.select(1, 0)
  }
}
