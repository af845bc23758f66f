import HoldfastCore
import HoldfastLayers

extension LoadedTinyBind {
  /// The model as users name one: images first, then the modalities that have a tower.
  public var loaded: LoadedModel {
    get throws {
      let clip = try base.loaded
      let scale = try base.model.scale()
      let further = try towers.map { tower in
        let configuration = tower.configuration
        return try Sense(
          of: tower.parameters, trunk: "\(TinyBindFolder.name)/\(tower.modality.rawValue)",
          preparation: configuration.preparation, scale: scale
        ) { try TinyBindEncoder($0, configuration) }
      }
      return LoadedModel(family: "TinyBind", senses: clip.senses + further, text: clip.text)
    }
  }
}
