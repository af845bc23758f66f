import Foundation
import HoldfastErrors
import HoldfastFormats
import Testing

/// Files made by `Tools/goldens/formats.py`, and what they hold.
struct Goldens: Decodable {
  struct Stored: Decodable, Equatable {
    let dtype: String
    let shape: [Int]
    let bytes: String
  }

  struct Sample: Decodable, Equatable {
    let key: String
    let files: [String: Int]
  }

  let checkpoints: [String: [String: Stored]]
  let shards: [String: [Sample]]

  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens").path + "/"

  static func path(_ name: String) -> String { folder + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: path(name))))
  }

  static func expected() throws -> Goldens {
    try JSONDecoder().decode(Goldens.self, from: Data(bytes("expected.json")))
  }
}

extension TensorSource {
  /// Everything in the source, in the form of the goldens.
  func everything() throws -> [String: Goldens.Stored] {
    var found: [String: Goldens.Stored] = [:]
    for name in names {
      let entry = try entry(for: name)
      let bytes = try withBytes(of: name) { Array($0) }
      found[name] = Goldens.Stored(
        dtype: entry.type.rawValue, shape: entry.shape,
        bytes: bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
    return found
  }
}

/// A directory that is gone after the test.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/holdfast-" + UUID().uuidString + "/"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders it needs.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let url = URL(filePath: path + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  var contents: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A number as little-endian bytes.
func little(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Checks that `body` throws a ``FormatError`` whose message has `text` in it.
func expectFormatError(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error about '\(text)'", sourceLocation: sourceLocation)
  } catch let error as FormatError {
    #expect(
      text.isEmpty || error.description.contains(text), sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected a FormatError, not \(error)", sourceLocation: sourceLocation)
  }
}
