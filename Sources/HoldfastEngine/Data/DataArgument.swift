import Foundation
import HoldfastCore
import HoldfastData
import HoldfastFormats

/// One `--data`: the path of the data, and their modality if it is given.
struct DataArgument: Hashable {
  /// The modality; nil for the default modality of the model.
  let modality: Modality?
  /// The path.
  let path: String

  /// Reads `PATH` or `MODALITY=PATH`; a path may be `scenes:SPLIT`.
  ///
  /// - Throws: `UsageError` when what stands before `=` is not a modality and there is no file of
  ///   that name, and for an unknown split of scenes.
  init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !FileManager.default.fileExists(atPath: text) else {
      modality = nil
      path = text
      _ = try SceneArgument(path)
      return
    }
    modality = try parseSense(String(parts[0]))
    path = String(parts[1])
    _ = try SceneArgument(path)
  }

  private init(path: String, modality: Modality?) {
    self.path = path
    self.modality = modality
  }

  /// The same, once for each modality that the data lists or holds by itself, unless one was named.
  func bySense() throws -> [DataArgument] {
    guard modality == nil else { return [self] }
    let senses = try DataLayouts.senses(of: path)
    return senses.isEmpty ? [self] : senses.map { DataArgument(path: path, modality: $0) }
  }

  /// The folder of this data's run below that of an audit of several modalities.
  func folder(for modality: Modality) -> String {
    let name = PathParts.name(of: path)
    let safe = name.map { $0.isLetter || $0.isNumber ? $0 : "-" }
    return "\(modality.rawValue)-\(String(safe))"
  }
}
