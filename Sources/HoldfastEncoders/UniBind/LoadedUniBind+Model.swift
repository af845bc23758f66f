import HoldfastCore
import HoldfastLayers
import HoldfastMedia

extension LoadedUniBind {
  /// The model as users name one, with the senses whose files can be prepared here.
  ///
  /// The factor on cosines is the one that a sense was trained with: ImageBind's for its own, for
  /// points that of the file, for events that of images.
  public var loaded: LoadedModel {
    get throws {
      let model = model
      let known = LoadedImageBind(
        model: model.bind, tokenizer: tokenizer, depthCamera: depthCamera)
      let (scales, own) = (try model.bind.cosineScales(), try model.scale())
      let senses = model.modalities.compactMap { modality -> Sense? in
        guard let tower = model[modality] else { return nil }
        let preparation: (any Preparation)? =
          switch modality {
          case .points: PointPreprocessor(count: model.configuration.points)
          case .event:
            model.bind.configuration.vision.map {
              EventPreprocessor(image: .clip(size: $0.image))
            }
          default: known.preparation(for: modality)
          }
        guard let preparation else { return nil }
        let scale = modality == .points ? own : scales(modality == .event ? .image : modality)
        return Sense(
          encoder: tower, preparation: preparation, scale: scale,
          converted: { dtype in
            try model.with(model.parameters.converted(to: dtype))[modality] ?? tower
          })
      }
      return LoadedModel(family: "UniBind", senses: senses, text: textEmbedder)
    }
  }
}
