import HoldfastLayers

extension LoadedCLIP {
  /// The model as users name one, with the one sense that CLIP has.
  public var loaded: LoadedModel {
    get throws {
      let (model, scale) = (model, try model.scale())
      let sense = Sense(
        encoder: model.vision, preparation: preprocessor, scale: scale,
        converted: { try model.with(model.parameters.converted(to: $0)).vision })
      return LoadedModel(
        family: "CLIP", senses: [sense],
        text: tokenizer.map { CLIPTextEmbedder(tower: model.text, tokenizer: $0) })
    }
  }
}
