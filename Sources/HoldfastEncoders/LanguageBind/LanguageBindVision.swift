public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// LanguageBind's tower for one modality: CLIP's vision transformer on pictures, on a spectrogram
/// as a picture, or on the frames of a clip with attention over time (Zhu et al., 2024, section
/// 3.1).
///
/// Its sites are those of CLIP. A video tower folds the frames into the batch: a value at a site
/// has the shape `(B·T, N, D)`, the frames of a clip one after the other. Only `pooled` is the mean
/// over them. The sites of the attention are those of the attention over a picture; the attention
/// over time before it has none, and is part of what `residual` computes.
public struct LanguageBindVision: SitedEncoder {
  /// The sizes of the model.
  public let configuration: LanguageBindConfiguration
  /// Pixels in [0, 1], frames of them, or a spectrogram on the model's scale.
  public let input: InputSpec
  /// The device that holds the parameters.
  public let device: Device
  /// The element type of the parameters and of all that is computed behind the normalisation.
  public let dtype: DType

  private let normalization: PixelNormalization
  private let trunk: VisionTrunk

  /// The tower at `scope`.
  ///
  /// - Parameter normalization: of pixels; a spectrogram comes normalised.
  public init(
    _ scope: ParameterScope, _ configuration: LanguageBindConfiguration,
    normalization: PixelNormalization
  ) {
    let (c, clip) = (configuration.clip.vision, configuration.video)
    var shape = TransformerShape(
      width: c.width, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon)
    shape.frames = clip?.frames
    shape.lora = configuration.lora
    input = configuration.input
    let size = input.shape.suffix(2).map { $0 / c.patch }
    let embedding = PatchEmbedding(
      scope, width: c.width, patch: c.patch, rows: size[0], columns: size[1],
      frames: clip.flatMap { $0.hasClassPerFrame ? $0.frames : nil })
    trunk = VisionTrunk(
      scope, embedding, shape, layers: c.layers, embeddingWidth: configuration.clip.projection)
    self.configuration = configuration
    self.normalization = normalization
    device = trunk.device
    dtype = trunk.dtype
  }

  /// The modality of the model.
  public var modality: Modality { configuration.modality }

  /// The width of the embeddings.
  public var embeddingWidth: Int { configuration.clip.projection }

  /// How many blocks the tower has.
  public var blockCount: Int { trunk.blockCount }

  /// Embeddings, not normalised: `(B, 3, H, W)`, or clips `(B, 3, T, H, W)`, give `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try trunk(sites: sites, merge: mean) { () throws(TorchError) in
      try pictures(checked(input))  // (B·T, 3, H, W)
    }
  }

  /// The mean over the frames of each clip: `(B·T, D)` gives `(B, D)`.
  private func mean(_ frames: Tensor) throws(TorchError) -> Tensor {
    guard let count = configuration.video?.frames else { return frames }
    let shape = frames.shape
    return try frames.reshaped([shape[0] / count, count, shape[1]]).mean([1])
  }

  private func pictures(_ input: Tensor) throws(TorchError) -> Tensor {
    switch configuration.sense {
    case .image, .thermal, .depth: return try normalization(input)
    case .audio: return input
    case .video:
      let shape = input.shape
      let frames = try input.transposed(1, 2)  // (B, T, 3, H, W)
        .reshaped([shape[0] * shape[2], shape[1], shape[3], shape[4]])
      return try normalization(frames)
    }
  }

  private func checked(_ input: Tensor) throws(TorchError) -> Tensor {
    let (shape, wanted) = (input.shape, self.input.shape)
    guard shape.count == wanted.count + 1, Array(shape.dropFirst()) == wanted else {
      throw TorchError(
        code: .shape, operation: "LanguageBind \(modality) tower",
        message: "takes [B, \(wanted.map(String.init).joined(separator: ", "))], not \(shape)")
    }
    return input
  }
}
