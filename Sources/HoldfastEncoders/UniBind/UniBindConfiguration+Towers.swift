import HoldfastCore
import HoldfastLayers
import HoldfastTensor

extension UniBindConfiguration {
  /// The modalities that have a tower, without text.
  var modalities: [Modality] {
    bind.modalities + [.points] + (bind.modalities.contains(.image) ? [.event] : [])
  }

  /// The name of the trunk that serves a modality; events go through that of images.
  func trunk(of modality: Modality) -> String {
    switch modality {
    case .points: "points"
    case .image, .video, .event: "vision"
    default: modality.rawValue
    }
  }

  /// The tower of a modality at the root of a model's names, with the layer that fine-tuning added
  /// if there is one; nil for a modality without a tower.
  ///
  /// - Throws: `MediaError` for settings of sounds that cannot be, and `TorchError`.
  func tower(
    for modality: Modality, at root: ParameterScope, device: Device
  ) throws -> (any SitedEncoder)? {
    let base: (any BindTower)? =
      switch modality {
      case .points: UniBindPoints(root["points"], self)
      case .event: try bind.tower(for: .image, at: root, device: device)?.serving(.event)
      default: try bind.tower(for: modality, at: root, device: device)
      }
    guard let base, projected.contains(modality) else { return base }
    return ProjectedTower(root["projections"][modality.rawValue], base)
  }
}
