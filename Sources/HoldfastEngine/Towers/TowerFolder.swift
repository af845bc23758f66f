import Foundation
import HoldfastCore
import HoldfastEncoders

/// The folder that a tower is written to: a copy of its base, or the base itself.
struct TowerFolder {
  /// The folder of the model whose space it is.
  let base: String
  /// The folder that is written.
  let output: String
  /// The tower's own folder in it.
  let tower: String

  /// - Throws: `UsageError` when the base is not a folder, when the output holds another model, and
  ///   when it has a tower of this modality already.
  init(base: String, output: String, _ modality: Modality) throws(UsageError) {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: base, isDirectory: &isFolder), isFolder.boolValue else {
      throw UsageError(
        "`\(base)` is a file, and towers go beside a model's files in its folder",
        hint: "give a folder in Hugging Face's or open_clip's layout")
    }
    self.base = base
    self.output = output
    tower = TinyBindFolder(output).tower(modality.rawValue)
    guard !files.fileExists(atPath: tower) else {
      throw UsageError(
        "`\(output)` has a tower of the modality \(modality.rawValue) already",
        hint: "give another --output, or take that tower away")
    }
    guard isBase || !files.fileExists(atPath: "\(output)/config.json") else {
      throw UsageError(
        "`\(output)` holds another model", hint: "give another --output, or name it as the --base")
    }
  }

  private var isBase: Bool {
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    return place(base) == place(output)
  }

  /// Brings the model's files, and the towers that it has, into the output.
  func copyBase() throws {
    guard !isBase else { return }
    let files = FileManager.default
    try files.createDirectory(atPath: output, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: base) where !name.hasPrefix(".") {
      // Snapshots of the hub are links, which would not survive a move.
      let source = URL(fileURLWithPath: "\(base)/\(name)").resolvingSymlinksInPath().path
      var isFolder: ObjCBool = false
      _ = files.fileExists(atPath: source, isDirectory: &isFolder)
      guard !isFolder.boolValue || name == TinyBindFolder.name else { continue }
      try? files.removeItem(atPath: "\(output)/\(name)")
      try files.copyItem(atPath: source, toPath: "\(output)/\(name)")
    }
  }
}
