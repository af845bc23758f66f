import HoldfastCore
import HoldfastLayers
import HoldfastMedia

extension LoadedUniBind {
  /// The model as users name one, with the modalities whose files can be prepared here.
  ///
  /// The factor on cosines is the one that a modality was trained with: ImageBind's for its own,
  /// for points that of the file, for events that of images.
  public var loaded: LoadedModel {
    get throws {
      let (configuration, device) = (model.configuration, model.device)
      let known = LoadedImageBind(
        model: model.bind, tokenizer: tokenizer, depthCamera: depthCamera)
      let (scales, own) = (try model.bind.cosineScales(), try model.scale())
      let senses = try configuration.modalities.compactMap { modality -> Sense? in
        let preparation: (any Preparation)? =
          switch modality {
          case .points: PointPreprocessor(count: configuration.points)
          case .event:
            configuration.bind.vision.map {
              EventPreprocessor(image: .clip(size: $0.image))
            }
          default: known.preparation(for: modality)
          }
        guard let preparation else { return nil }
        let scale = modality == .points ? own : scales(modality == .event ? .image : modality)
        return try Sense(
          of: model.parameters, trunk: configuration.trunk(of: modality),
          preparation: preparation, scale: scale
        ) { root in
          guard let tower = try configuration.tower(for: modality, at: root, device: device) else {
            throw EncoderError(
              what: "has no tower for \(modality.rawValue)", where: "UniBind",
              hint: "it has \(configuration.modalities.map(\.rawValue).joined(separator: ", "))")
          }
          return tower
        }
      }
      return LoadedModel(family: "UniBind", senses: senses, text: textEmbedder)
    }
  }
}
