import Foundation
public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// ImageBind with a tower of point clouds, and with events seen as pictures (Lyu et al., 2024).
///
/// Events are drawn as pictures (specs: models and data, section 2.6) and seen by the tower of
/// images; nothing else about them is published.
public struct UniBindModel {
  /// The sizes of the model.
  public let configuration: UniBindConfiguration
  /// The modalities of ImageBind, without the layers that fine-tuning adds.
  public let bind: ImageBindModel
  /// The tower of point clouds, likewise.
  public let points: UniBindPoints
  /// Every parameter by name; the towers share these tensors.
  public let parameters: ParameterStore

  private let logScale: Tensor
  private let towers: [Modality: any SitedEncoder]
  let device: Device

  /// A model of the parameters that a loader finds on `device`.
  ///
  /// - Parameter allowing: keys that may be left over, as `ParameterLoader` takes them.
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped;
  ///   ``EncoderError`` and `MediaError` for sizes that cannot be.
  public init(
    _ configuration: UniBindConfiguration, from loader: ParameterLoader, allowing: [String] = [],
    device: Device = .cpu
  ) throws {
    let (configuration, root) = (try configuration.checked(in: "the configuration"), loader.root)
    let points = UniBindPoints(root["points"], configuration)
    logScale = root["points"].parameter("logit_scale", [], .constant(2.6592))
    var towers: [Modality: any SitedEncoder] = [:]
    var parameters = ParameterStore()
    let bind = try ImageBindModel(configuration.bind, at: root, device: device) {
      for modality in configuration.modalities {
        towers[modality] = try configuration.tower(for: modality, at: root, device: device)
      }
      parameters = try loader.finish(allowing: allowing)
      return parameters
    }
    (self.bind, self.points) = (bind, points)
    (self.towers, self.parameters) = (towers, parameters)
    self.configuration = configuration
    self.device = device
  }

  /// A model over the given parameters, which it shares.
  ///
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped.
  public init(
    _ configuration: UniBindConfiguration, parameters: ParameterStore, device: Device = .cpu
  ) throws {
    try self.init(
      configuration, from: ParameterLoader(StoreSource(parameters)), device: device)
  }

  /// This model with other parameters of the same names, such as trainable copies.
  public func with(_ parameters: ParameterStore) throws -> UniBindModel {
    try UniBindModel(configuration, parameters: parameters, device: device)
  }

  /// The modalities that have a tower here, without text.
  public var modalities: [Modality] { configuration.modalities }

  /// The tower of a modality, with the layer that fine-tuning added if there is one; nil for a
  /// modality without a tower.
  public subscript(_ modality: Modality) -> (any SitedEncoder)? { towers[modality] }

  /// The factor on cosines of clouds and texts.
  public func scale() throws(TorchError) -> Double { Foundation.exp(try logScale.item()) }
}
