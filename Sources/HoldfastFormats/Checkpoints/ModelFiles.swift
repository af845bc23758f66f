import Foundation

/// The files that make up a model on disk.
public enum ModelFiles {
  private static let weights = ["safetensors", "bin", "pt", "pth"]
  private static let companions = ["json", "txt"]

  /// SHA-256 by name of the files that a model at `path` is read from: a folder's weights,
  /// configurations and vocabularies, or a file of weights with what lies beside it; of a folder
  /// `towers`, also those in its own folders.
  public static func checksums(at path: String) throws -> [String: String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FormatError("does not exist", in: path, hint: "give a folder or a file of weights")
    }
    let folder = isFolder.boolValue ? path : PathParts.folder(of: path)
    let file = isFolder.boolValue ? nil : PathParts.name(of: path)
    var checksums: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
    where !name.hasPrefix(".") {
      let suffix = PathParts.ending(of: name)
      let isPart = companions.contains(suffix) || file == nil && weights.contains(suffix)
      if isPart || name == file {
        checksums[name] = try Checksum.sha256(
          ofFileAt: folder.isEmpty ? name : "\(folder)/\(name)")
      }
    }
    guard file == nil else { return checksums }
    let towers = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/towers")) ?? []
    for tower in towers where !tower.hasPrefix(".") {
      let place = "\(folder)/towers/\(tower)"
      guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder),
        isFolder.boolValue
      else { continue }
      for (name, sum) in try Self.checksums(at: place) {
        checksums["towers/\(tower)/\(name)"] = sum
      }
    }
    return checksums
  }
}
