import Foundation
import Holdfast

/// A reader that is given damaged files.
struct Reader: Sendable {
  /// Files of one whole example, by their paths below a folder.
  typealias Example = [String: [UInt8]]

  /// What the command line calls it.
  let name: String
  /// Whole examples, made by the package itself if it can write the format.
  let examples: @Sendable () throws -> [Example]
  /// Makes checksums right again, which damage would else never get past; runs in every other case.
  var seal: @Sendable (inout Example) -> Void = { _ in }
  /// Whether reading changes the files.
  var writes = false
  /// Whether all that it needs is installed.
  var isThere: @Sendable () -> Bool = { true }
  /// Reads an example that lies in a folder.
  let read: @Sendable (_ folder: String) throws -> Void

  /// All readers, in the order in which they are run.
  static let all: [Reader] = [
    .safetensors, .torch, .jpeg, .png, .sound, .tar, .tokenizer, .run, .bundle, .numpy, .points,
    .model, .manifests, .layouts, .video,
  ]
}

extension Reader {
  /// Makes files through a folder, for what can only be written there.
  static func written(_ write: (String) throws -> Void) throws -> Example {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-seeds-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(folder)
    var example: Example = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
      example[name] = Array(data)
    }
    return example
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
