public import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

/// ImageBind's tower for one modality (Girdhar et al., 2023, section 3.2).
///
/// An image, a thermal image, depth and inertial measurements each are one input, and `embed` gives
/// what the head gives: not normalised, and without the scale of the modality, which cosines do not
/// see. A video and a sound each are several clips; as upstream does, `embed` then brings the
/// embedding of every clip to unit length, multiplies it with the modality's scale if it has one,
/// and gives the mean over the clips, which is not normalised again.
///
/// A value at a site has the clips folded into the batch: `(B·S, N, D)`, and `pooled` `(B·S, D)`.
public struct ImageBindTower: BindTower {
  /// The modality.
  public private(set) var modality: Modality
  /// What it takes: pixels in [0, 1], clips of them, spectrograms on the model's scale, or
  /// measurements, which have no legal range.
  public let input: InputSpec
  /// The width of the embeddings.
  public let embeddingWidth: Int
  /// The natural logarithm of the factor on cosines, a scalar; nil for images and videos.
  public let logScale: Tensor?

  private let normalization: PixelNormalization?
  private let trunk: VisionTrunk
  private let repeats: Int?
  private let hasClips: Bool

  /// The tower at `scope`.
  init(
    _ scope: ParameterScope, _ plan: ImageBindPlan, embeddingWidth: Int, device: Device
  ) throws(TorchError) {
    let size = plan.trunk
    var shape = TransformerShape(
      width: size.width, heads: size.heads, hidden: size.hidden, activation: .gelu, epsilon: 1e-6)
    shape.hasExtraKey = !plan.isVision
    trunk = VisionTrunk(
      scope, ImageBindStem(scope, plan.stem, width: size.width, hasNorm: !plan.isVision), shape,
      layers: size.layers, hasPreNorm: plan.isVision, embeddingWidth: embeddingWidth)
    logScale = plan.isVision ? nil : scope.parameter("log_scale", [], .constant(2.6592))
    if let (mean, std) = plan.normalization {
      normalization = try PixelNormalization(mean: mean, std: std, device: device)
    } else {
      normalization = nil
    }
    modality = plan.modality
    input = plan.input
    self.embeddingWidth = embeddingWidth
    repeats = plan.repeats
    hasClips = plan.hasClips
  }

  /// The device that holds the parameters.
  public var device: Device { trunk.device }

  /// The element type of the parameters and of all that is computed behind the normalisation.
  public var dtype: DType { trunk.dtype }

  /// How many blocks the tower has.
  public var blockCount: Int { trunk.blockCount }

  /// Embeddings, not normalised: `(B, …)` of ``input`` gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    let shape = try checked(input).shape
    let folded = hasClips ? [shape[0] * shape[1]] + shape.dropFirst(2) : shape
    let embeddings = try trunk(sites: sites) { () throws(TorchError) in
      try prepared(input.reshaped(folded))
    }  // (B·S, E)
    guard hasClips else { return embeddings }
    return try postprocessed(embeddings)
      .reshaped([shape[0], shape[1], embeddingWidth]).mean([1])  // (B, E)
  }

  /// This tower for another modality, whose inputs are made to look like those of this one.
  func serving(_ modality: Modality) -> ImageBindTower {
    var copy = self
    copy.modality = modality
    return copy
  }

  /// The model's own output, of what ``embed(_:sites:)`` gives: ``postprocessed(_:)``, which clips
  /// have behind them.
  public func output(of embeddings: Tensor) throws(TorchError) -> Tensor {
    hasClips ? embeddings : try postprocessed(embeddings)
  }

  /// Embeddings at unit length times the modality's factor, which is at most 100: `(…, E)`.
  ///
  /// It is upstream's last step for every clip, and for every input of one.
  public func postprocessed(_ embeddings: Tensor) throws(TorchError) -> Tensor {
    let unit = try embeddings.normalized()
    guard let logScale else { return unit }
    return try unit * logScale.exp().minimum(largestScale)
  }

  /// What the stem takes, normalised: an image as a clip.
  private func prepared(_ input: Tensor) throws(TorchError) -> Tensor {
    var x = input
    if let normalization {
      // Channels stand before rows and columns, so frames change places with them.
      x =
        x.rank == 5
        ? try normalization(x.transposed(1, 2)).transposed(1, 2) : try normalization(x)
    }
    guard let repeats else { return x }
    let shape = x.shape
    return try x.unsqueezed(2)
      .expanded([shape[0], shape[1], repeats, shape[2], shape[3]])  // (B, 3, T, H, W)
  }

  private func checked(_ input: Tensor) throws(TorchError) -> Tensor {
    let (shape, wanted) = (input.shape, self.input.shape)
    guard shape.count == wanted.count + 1, Array(shape.dropFirst()) == wanted else {
      throw TorchError(
        code: .shape, operation: "ImageBind \(modality) tower",
        message: "takes [B, \(wanted.map(String.init).joined(separator: ", "))], not \(shape)")
    }
    return input
  }
}

/// Upstream's limit for the factor on cosines.
let largestScale = 100.0
