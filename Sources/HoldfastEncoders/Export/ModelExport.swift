import Foundation
import HoldfastFormats
import HoldfastLayers

/// A model as the folder that it is written back to.
///
/// Weights become safetensors files in the layout, under the keys and in the element types that they
/// were read in, so that whatever read the model's own files reads these. The configuration, the
/// tokenizer and the preprocessor are copies of the model's own files.
public struct ModelExport {
  /// The family of the model, such as `CLIP`.
  public let family: String
  /// The files of the folder, by their places in it, sorted.
  public var files: [String] { parts.map(\.name).sorted() }

  let parts: [Part]

  /// One file of the folder.
  struct Part {
    /// Its place in the folder: `towers/audio/config.json`.
    let name: String
    /// Writes it to a path.
    let write: (String) throws -> Void
  }

  /// Writes the folder, which appears whole or not at all.
  ///
  /// - Throws: ``EncoderError`` for a folder that exists and is not empty; `FormatError` and what the
  ///   system refuses.
  public func write(to folder: String) throws {
    let files = FileManager.default
    let target = URL(fileURLWithPath: folder).standardizedFileURL
    guard try Self.isFree(target) else {
      throw EncoderError(
        what: "exists already and is not an empty folder", where: folder,
        hint: "export never overwrites; choose another folder, or remove this one first")
    }
    let parent = target.deletingLastPathComponent()
    try files.createDirectory(at: parent, withIntermediateDirectories: true)
    let token = String(UInt64.random(in: .min ... .max), radix: 36)
    let draft = parent.appendingPathComponent(".\(target.lastPathComponent).\(token).tmp")
    try files.createDirectory(at: draft, withIntermediateDirectories: false)
    defer { try? files.removeItem(at: draft) }
    for part in parts {
      let place = draft.appendingPathComponent(part.name)
      try files.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try part.write(place.path)
    }
    guard rename(draft.path, target.path) == 0 else {
      throw EncoderError(
        what: "cannot be made: \(String(cString: strerror(errno)))", where: folder,
        hint: "choose a folder that does not exist yet")
    }
  }

  /// Whether nothing is at a place but an empty folder.
  private static func isFree(_ place: URL) throws -> Bool {
    guard (try? place.checkResourceIsReachable()) == true else { return !isLink(place) }
    guard !isLink(place), place.hasDirectoryPath || isFolder(place) else { return false }
    return try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty
  }

  private static func isFolder(_ place: URL) -> Bool {
    (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
  }

  private static func isLink(_ place: URL) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: place.path)) != nil
  }
}
