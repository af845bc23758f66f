import ArgumentParser
import Holdfast

/// The sizes of a tower, by the name of the published model that has them.
struct TowerShape: ExpressibleByArgument {
  let name: String
  let sizes: CLIPConfiguration

  static let vitB32 = TowerShape(name: "ViT-B-32", sizes: .vitB32)

  init?(argument: String) {
    guard let preset = CLIPConfiguration.presets.first(where: { $0.name == argument }) else {
      return nil
    }
    self.init(name: preset.name, sizes: preset.configuration)
  }

  private init(name: String, sizes: CLIPConfiguration) {
    (self.name, self.sizes) = (name, sizes)
  }

  var defaultValueDescription: String { name }
  static var allValueStrings: [String] { CLIPConfiguration.presets.map(\.name) }
}

extension Device: @retroactive ExpressibleByArgument {
  /// The device that a user names.
  public init?(argument: String) { self.init(argument) }
}
