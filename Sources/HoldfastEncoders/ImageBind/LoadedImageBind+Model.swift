import HoldfastCore
import HoldfastLayers
import HoldfastMedia

extension LoadedImageBind {
  /// The model as users name one, with the senses whose files can be prepared here: images and
  /// sounds.
  ///
  /// The factor on cosines is the one that a sense was trained with against images, which for images
  /// is that of texts.
  public var loaded: LoadedModel {
    get throws {
      let (model, scales) = (model, try model.scales())
      let senses = model.towers.compactMap { tower -> Sense? in
        guard let preparation = preparation(for: tower.modality) else { return nil }
        // Without a text tower, the factor that upstream begins its training with.
        let scale = scales[tower.modality] ?? scales[.text] ?? 1 / 0.07
        return Sense(
          encoder: tower, preparation: preparation, scale: scale,
          converted: { dtype in
            let alone = try model.restricted(to: [tower.modality])
            let other = try alone.with(alone.parameters.converted(to: dtype))
            return other[tower.modality] ?? tower
          })
      }
      return LoadedModel(family: "ImageBind", senses: senses, text: textEmbedder)
    }
  }

  private func preparation(for modality: Modality) -> (any Preparation)? {
    let configuration = model.configuration
    return switch modality {
    case .image: configuration.vision.map { ImagePreprocessor.clip(size: $0.image) }
    case .audio: configuration.audio?.sound
    default: nil
    }
  }
}
