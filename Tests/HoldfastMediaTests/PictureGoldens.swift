import Foundation
import HoldfastMedia
import Testing

/// `pictures.json`.
struct PictureGoldens: Decodable {
  typealias Picked = SoundGoldens.Picked

  struct Resizing: Decodable, CustomTestStringConvertible {
    var width: Int
    var height: Int
    var side: Int
    var mode: String
    var longSide: String
    var result: Picked

    var testDescription: String { "\(width)x\(height) to \(side), \(mode), \(longSide)" }
  }

  struct Picture: Decodable {
    var width: Int
    var height: Int
    var luma: String
    var imageBind: Picked
    var languageBind: Picked
  }

  struct Depth: Decodable {
    var width: Int
    var height: Int
    var focal: Double
    var baseline: Double
    var languageBind: Picked
    var imageBind: Picked
    var rotated: Picked
  }

  struct Video: Decodable, CustomTestStringConvertible {
    var width: Int
    var height: Int
    var frames: Int
    var rate: Double
    var languageBind: Picked
    var imageBind: Picked
    var general: Picked

    var testDescription: String { "\(frames) frames of \(width)x\(height)" }
  }

  struct Choices: Decodable {
    struct Whole: Decodable {
      var frames: Int
      var count: Int
      var indices: [Int]
    }

    struct Clips: Decodable {
      var frames: Int
      var rate: Double
      var indices: [[Int]]
    }

    var whole: [Whole]
    var clips: [Clips]
  }

  struct File: Decodable {
    var name: String
    var file: Data
    var width: Int
    var height: Int
    var depth: Int
    var values: [UInt16]

    var bytes: [UInt8] { Array(file) }
  }

  var tolerances: [String: Double]
  var side: Int
  var resizes: [Resizing]
  var pictures: [Picture]
  var depths: [Depth]
  var videos: [Video]
  var choices: Choices
  var files: [File]

  static func read() throws -> PictureGoldens { try Goldens.read("pictures.json") }

  func tolerance(_ name: String) throws -> Double { try #require(tolerances[name]) }
}

/// The depth that goldens are made from: (997 x + 311 y + 13 x y) mod 14000 millimetres.
func millimetres(_ width: Int, _ height: Int) throws -> GrayImage {
  let values = (0..<width * height).map { place in
    let (y, x) = place.quotientAndRemainder(dividingBy: width)
    return UInt16((997 * x + 311 * y + 13 * x * y) % 14000)
  }
  return try GrayImage(width: width, height: height, depth: 16, values: values)
}

/// Expects a golden of an input.
func expectPicked(
  _ input: PreparedInput, _ golden: PictureGoldens.Picked, tolerance: Double = 0,
  ratio: Double = 0, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  expectPicked(
    input.values.map(Double.init), shape: input.shape, golden, tolerance: tolerance, ratio: ratio,
    what, sourceLocation: sourceLocation)
}
