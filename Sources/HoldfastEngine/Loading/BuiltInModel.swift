import Foundation
import HoldfastData
package import HoldfastScenes

/// The model that ships with the program, and the scenes it is audited on.
package enum BuiltInModel {
  /// The folder's name among the program's resources.
  static let name = "tiny-bind"

  /// The path of its folder.
  package static var path: String {
    get throws {
      guard let folder = Bundle.module.url(forResource: "Models", withExtension: nil) else {
        throw DataError(
          "is not beside the program", in: "Models",
          hint: "keep the folder Holdfast_HoldfastEngine.resources next to the program")
      }
      return folder.appendingPathComponent(name).path
    }
  }

  /// Scenes whose combinations of attributes no training scene shows, for a modality.
  package static func scenes(
    _ samples: Int, _ sense: SceneSense = .image, split: SceneSplit = .evaluation
  ) -> SceneSet {
    SceneSet(
      generator: SceneGenerator(seed: 0), split: split, rendering: SceneRendering(sense),
      samples: samples)
  }
}
