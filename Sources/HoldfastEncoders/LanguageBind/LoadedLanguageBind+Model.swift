import HoldfastLayers

extension LoadedLanguageBind {
  /// The model as users name one, with the one sense that its folder has.
  public var loaded: LoadedModel {
    get throws {
      let model = model
      let sense = Sense(
        encoder: model.vision, preparation: model.configuration.preparation,
        scale: try model.scale(),
        converted: { try model.with(model.parameters.converted(to: $0)).vision })
      return LoadedModel(
        family: "LanguageBind", senses: [sense],
        text: tokenizer.map { CLIPTextEmbedder(tower: model.text, tokenizer: $0) })
    }
  }
}
