import HoldfastLayers

extension LoadedLanguageBind {
  /// The model as users name one, with the one modality that its folder has.
  public var loaded: LoadedModel {
    get throws {
      let (configuration, normalization) = (model.configuration, model.normalization)
      let sense = try Sense(
        of: model.parameters, trunk: "vision", preparation: configuration.preparation,
        scale: model.scale()
      ) { LanguageBindVision($0["vision"], configuration, normalization: normalization) }
      return LoadedModel(
        family: "LanguageBind", senses: [sense],
        text: tokenizer.map { CLIPTextEmbedder(tower: model.text, tokenizer: $0) })
    }
  }
}
