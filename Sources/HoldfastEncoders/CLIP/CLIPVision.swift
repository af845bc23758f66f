public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// CLIP's vision transformer (Dosovitskiy et al., 2021; Radford et al., 2021, section 2.4).
///
/// Compare [open_clip](https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py).
public struct CLIPVision: SitedEncoder {
  /// The sizes of the tower.
  public let configuration: CLIPConfiguration.Vision
  /// The width of the embeddings.
  public let embeddingWidth: Int
  /// The device that holds the parameters.
  public let device: Device
  /// The element type of the parameters and of all that is computed behind the normalisation.
  public let dtype: DType

  private let normalization: PixelNormalization
  private let trunk: VisionTrunk

  /// The tower at `scope`.
  public init(
    _ scope: ParameterScope, _ configuration: CLIPConfiguration.Vision, embeddingWidth: Int,
    normalization: PixelNormalization
  ) {
    let c = configuration
    trunk = VisionTrunk(
      scope,
      PatchEmbedding(scope, width: c.width, patch: c.patch, rows: c.grid, columns: c.grid),
      TransformerShape(
        width: c.width, heads: c.heads, hidden: c.hidden, activation: c.activation,
        epsilon: c.epsilon),
      layers: c.layers, embeddingWidth: embeddingWidth)
    self.configuration = configuration
    self.embeddingWidth = embeddingWidth
    self.normalization = normalization
    device = trunk.device
    dtype = trunk.dtype
  }

  /// Images.
  public var modality: Modality { .image }

  /// RGB pixels in [0, 1] at the tower's own size.
  public var input: InputSpec {
    .pixels(height: configuration.image, width: configuration.image)
  }

  /// How many blocks the tower has.
  public var blockCount: Int { trunk.blockCount }

  /// Embeddings, not normalised: `(B, 3, S, S)` in [0, 1] gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for images of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try trunk(sites: sites) { () throws(TorchError) in
      try normalization(checked(input))  // (B, 3, S, S)
    }
  }

  private func checked(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let shape = pixels.shape
    guard shape.count == 4, Array(shape.dropFirst()) == input.shape else {
      throw TorchError(
        code: .shape, operation: "CLIP vision tower",
        message: "takes images [B, \(input.shape.map(String.init).joined(separator: ", "))], "
          + "not \(shape)")
    }
    return pixels
  }
}
