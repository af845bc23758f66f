public import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

/// A small transformer over the patches of pictures, clips or spectrograms, or over groups of
/// points.
///
/// Its trunk is CLIP's vision transformer (Radford et al., 2021, section 2.4), with the same sites.
/// Gradients reach the coordinates of points through the groups that they were gathered into.
public struct TinyBindEncoder: SitedEncoder {
  /// The modality.
  public let modality: Modality
  /// What it takes: pixels in [0, 1], clips of them, spectrograms on the preparation's scale, or
  /// points around the origin.
  public let input: InputSpec
  /// The width of the embeddings.
  public let embeddingWidth: Int

  private let trunk: VisionTrunk
  private let isPixels: Bool
  private let standardizes: Bool

  /// The tower at `scope`, of a configuration that was checked.
  init(_ scope: ParameterScope, _ configuration: TinyBindConfiguration) throws {
    input = try configuration.input
    modality = configuration.modality
    embeddingWidth = configuration.projection
    let tower = configuration.tower
    let embedding: any TokenEmbedding =
      switch tower.tokens {
      case .patches(let sides):
        GridEmbedding(scope, width: tower.width, patch: sides, shape: input.shape)
      case .groups(let count, let neighbours):
        PointTokens(scope, width: tower.width, groups: count, neighbours: neighbours)
      }
    trunk = VisionTrunk(
      scope, embedding,
      TransformerShape(
        width: tower.width, heads: tower.heads, hidden: 4 * tower.width, activation: .quickGELU,
        epsilon: 1e-5),
      layers: tower.layers, embeddingWidth: configuration.projection)
    isPixels = ![.audio, .points].contains(modality)
    standardizes = configuration.standardizes ?? false
  }

  /// The device that holds the parameters.
  public var device: Device { trunk.device }

  /// The element type of the parameters and of all that is computed from them.
  public var dtype: DType { trunk.dtype }

  /// How many blocks the tower has.
  public var blockCount: Int { trunk.blockCount }

  /// Embeddings, not normalised: `(B, …)` of ``input`` gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    let input = try checked(input)
    return try trunk(sites: sites) { () throws(TorchError) in
      if standardizes { return try standardized(input) }
      return try isPixels ? (input - 0.5) * 4 : input
    }
  }

  /// Each row of a sample about its mean over the last axis, and the sample at deviation 1: what a
  /// microphone and a room add to every frame of a spectrogram goes away.
  ///
  /// Source: Atal, 1974, on the means of cepstra; here of log mel energies.
  private func standardized(_ input: Tensor) throws(TorchError) -> Tensor {
    let centered = try input - input.mean([-1], keepAxes: true)
    let axes = Array(1..<input.rank)
    return try centered
      / (centered.squared().mean(axes, keepAxes: true) + 1e-6).squareRoot()
  }

  private func checked(_ input: Tensor) throws(TorchError) -> Tensor {
    let (shape, wanted) = (input.shape, self.input.shape)
    guard shape.count == wanted.count + 1, Array(shape.dropFirst()) == wanted else {
      throw TorchError(
        code: .shape, operation: "TinyBind \(modality.rawValue) tower",
        message: "takes [B, \(wanted.map(String.init).joined(separator: ", "))], not \(shape)")
    }
    return input
  }
}
