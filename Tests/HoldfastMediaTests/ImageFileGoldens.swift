import Foundation
import Testing

/// One small image file and the pixels that Pillow reads from it.
struct ImageFile: Decodable, CustomTestStringConvertible {
  var name: String
  var file: Data
  var width: Int
  var height: Int
  var pixels: Data
  /// The pixels as transformers 5 lays them on white; nil for a file without transparency.
  var onWhite: Data?

  var bytes: [UInt8] { Array(file) }
  var testDescription: String { name }
}

/// `images.json`.
struct ImageFileGoldens: Decodable {
  struct Checksum: Decodable {
    var files: Int
    var bytes: Int
    var fnv1a: String
  }

  var tolerances: [String: Int]
  var everyPrefixRaisesInPillow: [String]
  var cifar10Test: Checksum
  var cases: [ImageFile]

  static func read() throws -> ImageFileGoldens { try Goldens.read("images.json") }

  func file(_ name: String) throws -> ImageFile {
    try #require(cases.first { $0.name == name })
  }
}
