public import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

/// A small transformer over the patches of pictures, clips or spectrograms.
///
/// Its trunk is CLIP's vision transformer (Radford et al., 2021, section 2.4), with the same sites.
public struct GridTower: SitedEncoder {
  /// The sense.
  public let modality: Modality
  /// What it takes: pixels in [0, 1], clips of them, or spectrograms on the preparation's scale.
  public let input: InputSpec
  /// The width of the embeddings.
  public let embeddingWidth: Int

  private let trunk: VisionTrunk
  private let projection: Linear
  private let center: Double
  private let spread: Double

  /// The tower at `scope`, of a configuration that was checked.
  init(
    _ scope: ParameterScope, _ configuration: TinyBindConfiguration, patch: [Int], width: Int,
    layers: Int, heads: Int
  ) throws {
    input = try configuration.input
    modality = configuration.modality
    embeddingWidth = configuration.projection
    trunk = VisionTrunk(
      scope, GridEmbedding(scope, width: width, patch: patch, shape: input.shape),
      TransformerShape(
        width: width, heads: heads, hidden: 4 * width, activation: .quickGELU, epsilon: 1e-5),
      layers: layers)
    projection = Linear(scope["projection"], width, configuration.projection, bias: false)
    // Spectrograms are centred by their preparation; pixels lie in [0, 1].
    (center, spread) = modality == .audio ? (0, 1) : (0.5, 0.25)
  }

  /// Where the parameters live.
  public var device: Device { trunk.device }

  /// The element type of the parameters and of all that is computed from them.
  public var dtype: DType { trunk.dtype }

  /// How many blocks the tower has.
  public var blockCount: Int { trunk.blockCount }

  /// Embeddings, not normalised: `(B, …)` of ``input`` gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    let input = try checked(input, as: self.input, of: modality)
    let token = try trunk(sites: sites) { () throws(TorchError) in
      try (input - center) * (1 / spread)
    }
    return try projection(token)  // (B, E)
  }
}

/// The input, if it is a batch of what a tower takes.
func checked(
  _ input: Tensor, as spec: InputSpec, of modality: Modality
) throws(TorchError) -> Tensor {
  let shape = input.shape
  guard shape.count == spec.shape.count + 1, Array(shape.dropFirst()) == spec.shape else {
    throw TorchError(
      code: .shape, operation: "TinyBind \(modality.rawValue) tower",
      message: "takes [B, \(spec.shape.map(String.init).joined(separator: ", "))], not \(shape)")
  }
  return input
}
