import HoldfastLayers

extension LoadedCLIP {
  /// The model as users name one, with the one modality that CLIP has.
  public var loaded: LoadedModel {
    get throws {
      let (configuration, normalization) = (model.configuration, model.normalization)
      let sense = try Sense(
        of: model.parameters, trunk: "vision", preparation: preprocessor, scale: model.scale()
      ) {
        CLIPVision(
          $0["vision"], configuration.vision, embeddingWidth: configuration.projection,
          normalization: normalization)
      }
      return LoadedModel(
        family: "CLIP", senses: [sense],
        text: tokenizer.map { CLIPTextEmbedder(tower: model.text, tokenizer: $0) })
    }
  }
}
