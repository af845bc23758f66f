import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// A vision transformer from pictures to embeddings of the class token behind its last norm, as
/// CLIP has it (Dosovitskiy et al., 2021; Radford et al., 2021, section 2.4).
///
/// It serves every modality whose inputs become tokens of which the first is the class token.
struct VisionTrunk {
  private let embedding: any TokenEmbedding
  private let preNorm: LayerNorm?
  private let blocks: [ResidualBlock]
  private let end: TowerEnd

  /// The trunk at `scope`: what the embedding has, `pre_norm` unless it has none, `blocks`,
  /// `post_norm`, `projection`.
  init(
    _ scope: ParameterScope, _ embedding: any TokenEmbedding, _ shape: TransformerShape,
    layers: Int, hasPreNorm: Bool = true, embeddingWidth: Int
  ) {
    self.embedding = embedding
    preNorm =
      hasPreNorm ? LayerNorm(scope["pre_norm"], shape.width, epsilon: shape.epsilon) : nil
    blocks = (0..<layers).map { ResidualBlock(scope["blocks"][$0], shape, index: $0) }
    end = TowerEnd(
      last: blocks.last,
      norm: LayerNorm(scope["post_norm"], shape.width, epsilon: shape.epsilon),
      projection: Linear(scope["projection"], shape.width, embeddingWidth, bias: false))
  }

  /// How many blocks there are.
  var blockCount: Int { blocks.count }

  /// The device that holds the parameters.
  var device: Device { embedding.device }

  /// The element type of the parameters and of all that is computed from them.
  var dtype: DType { embedding.dtype }

  /// Embeddings of the normalised inputs that `pixels` gives, such as pictures `(B, 3, H, W)`:
  /// `(B, E)`.
  ///
  /// - Parameter merge: what brings the class tokens of a clip's frames, `(B·T, D)`, to one,
  ///   `(B, D)`; by default there is one for each input.
  func callAsFunction(
    sites: Sites, merge: (Tensor) throws(TorchError) -> Tensor = { $0 },
    _ pixels: () throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    var x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      let tokens = try embedding(pixels().to(dtype))  // (B, N, D)
      return try preNorm?(tokens) ?? tokens
    }
    for block in blocks.dropLast() { x = try block(x, sites: sites) }
    return try end(
      x, sites: sites, pick: { (x) throws(TorchError) in try x.slice(1, 0..<1) }, merge: merge)
  }
}
