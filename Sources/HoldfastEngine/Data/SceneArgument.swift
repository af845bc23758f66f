import Foundation
import HoldfastCore
import HoldfastData
import HoldfastScenes

/// Built-in scenes as data of a command: `scenes:evaluation`, `audio=scenes:validation`.
package struct SceneArgument {
  /// The prefix before the split.
  package static let prefix = "scenes:"
  /// How many scenes are visited; `--limit` makes it fewer.
  static let samples = 1000

  /// The split.
  let split: SceneSplit

  /// Reads what follows `--data`, or gives nil when no scenes are meant.
  ///
  /// - Throws: `UsageError` with the nearest name for an unknown split.
  init?(_ path: String) throws(UsageError) {
    guard path.hasPrefix(Self.prefix) else { return nil }
    let name = String(path.dropFirst(Self.prefix.count))
    let names = SceneSplit.allCases.map(\.rawValue)
    guard let split = SceneSplit(rawValue: name) else {
      throw UsageError(
        "scenes have no split `\(name)`",
        hint: nearest(name, among: names).first.map { "did you mean `\(Self.prefix)\($0)`?" }
          ?? "the splits are \(names.joined(separator: ", "))")
    }
    self.split = split
  }

  /// The scenes for a modality.
  ///
  /// - Throws: `UsageError` for a modality that scenes are not made for.
  func set(for modality: Modality) throws(UsageError) -> SceneSet {
    guard let sense = SceneSense(rawValue: modality.rawValue), sense != .text else {
      throw UsageError(
        "there are no scenes for the modality \(modality.rawValue)",
        hint: "give files with --data \(modality.rawValue)=PATH")
    }
    return SceneSet(
      generator: SceneGenerator(seed: 0), split: split, rendering: SceneRendering(sense),
      samples: Self.samples)
  }
}

extension DataArgument {
  /// The samples that are meant, for a modality.
  func open(
    _ selection: Selection, classes: [String]?, for modality: Modality
  ) throws -> any DataSet {
    guard let scenes = try SceneArgument(path) else {
      let names = SceneSplit.allCases.map { SceneArgument.prefix + $0.rawValue }
      if !FileManager.default.fileExists(atPath: path),
        let near = nearest(path, among: names, tolerance: 0.25).first
      {
        throw DataError("does not exist", in: path, hint: "did you mean `\(near)`?")
      }
      return try selection.open(path, classes: classes, modality: modality)
    }
    return try selection.taken(from: scenes.set(for: modality))
  }
}
