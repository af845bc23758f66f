import HoldfastLayers

extension LoadedTinyBind {
  /// The model as users name one: images first, then the senses that have a tower.
  public var loaded: LoadedModel {
    get throws {
      let clip = try base.loaded
      let scale = try base.model.scale()
      let further = towers.map { tower in
        Sense(
          encoder: tower.encoder, preparation: tower.configuration.preparation, scale: scale,
          converted: { try tower.with(tower.parameters.converted(to: $0)).encoder })
      }
      return LoadedModel(family: "TinyBind", senses: clip.senses + further, text: clip.text)
    }
  }
}
