import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// A vision transformer from pictures to the class token behind its last norm, as CLIP has it
/// (Dosovitskiy et al., 2021; Radford et al., 2021, section 2.4).
///
/// It serves every sense whose inputs become tokens of which the first is the class token.
struct VisionTrunk {
  private let embedding: any TokenEmbedding
  private let preNorm: LayerNorm?
  private let blocks: [ResidualBlock]
  private let postNorm: LayerNorm

  /// The trunk at `scope`: what the embedding has, `pre_norm` unless it has none, `blocks`,
  /// `post_norm`.
  init(
    _ scope: ParameterScope, _ embedding: any TokenEmbedding, _ shape: TransformerShape,
    layers: Int, hasPreNorm: Bool = true
  ) {
    self.embedding = embedding
    preNorm =
      hasPreNorm ? LayerNorm(scope["pre_norm"], shape.width, epsilon: shape.epsilon) : nil
    blocks = (0..<layers).map { ResidualBlock(scope["blocks"][$0], shape, index: $0) }
    postNorm = LayerNorm(scope["post_norm"], shape.width, epsilon: shape.epsilon)
  }

  /// How many blocks there are.
  var blockCount: Int { blocks.count }

  /// Where the parameters live.
  var device: Device { embedding.device }

  /// The element type of the parameters and of all that is computed from them.
  var dtype: DType { embedding.dtype }

  /// The class tokens of the normalised inputs that `pixels` gives, such as pictures
  /// `(B, 3, H, W)`: `(B, D)`.
  func callAsFunction(
    sites: Sites, _ pixels: () throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    var x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      let tokens = try embedding(pixels().to(dtype))  // (B, N, D)
      return try preNorm?(tokens) ?? tokens
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
