public import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

/// A tower behind which a layer was trained for one data set, as UniBind's fine-tuning adds one for
/// its modality (Lyu et al., 2024).
///
/// The layer is given the model's own output, with its scale. Its sites are those of the tower.
public struct ProjectedTower: SitedEncoder {
  /// The tower before the layer.
  public let base: any BindTower

  private let projection: Linear

  /// `base` with the layer at `scope`.
  init(_ scope: ParameterScope, _ base: any BindTower) {
    self.base = base
    projection = Linear(scope, base.embeddingWidth, base.embeddingWidth)
  }

  /// The modality of the base.
  public var modality: Modality { base.modality }
  /// The input space of the base.
  public var input: InputSpec { base.input }
  /// The width of the base's embeddings.
  public var embeddingWidth: Int { base.embeddingWidth }
  /// The device that holds the parameters.
  public var device: Device { base.device }
  /// How many blocks the base has.
  public var blockCount: Int { base.blockCount }

  /// Embeddings, not normalised: `(B, …)` gives `(B, E)`.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try projection(base.output(of: base.embed(input, sites: sites)))
  }
}
