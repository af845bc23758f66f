import Foundation

/// The files that make up a model on disk.
public enum ModelFiles {
  private static let suffixes = ["safetensors", "bin", "pt", "pth", "json", "txt"]

  /// SHA-256 by name of the files that a model at `path` is read from: the file itself, or the
  /// weights, configurations and vocabularies of a folder.
  public static func checksums(at path: String) throws -> [String: String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FormatError("does not exist", in: path, hint: "give a folder or a file of weights")
    }
    guard isFolder.boolValue else {
      return [(path as NSString).lastPathComponent: try Checksum.sha256(ofFileAt: path)]
    }
    var checksums: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let suffix = (name as NSString).pathExtension.lowercased()
      if suffixes.contains(suffix), !name.hasPrefix(".") {
        checksums[name] = try Checksum.sha256(ofFileAt: "\(path)/\(name)")
      }
    }
    return checksums
  }
}
