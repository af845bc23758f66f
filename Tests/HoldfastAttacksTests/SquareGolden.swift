import Foundation
import HoldfastTestSupport

/// What Tools/goldens/square.py wrote.
struct SquareGolden: Decodable {
  /// A step for a given place and given signs; in Linf a patch, else a bump and two windows.
  struct Step: Decodable {
    let norm: String
    let epsilon: Double
    let side: Int
    let best: [Float]
    let moved: [Float]
    let signs: [Float]
    let place: [Int]?
    let to: [Int]?
    let source: [Int]?
    let turned: Bool?
  }
  struct Schedule: Decodable {
    let queries: Int
    let rescale: Bool
    /// Pairs of a step and the share of its patch.
    let shares: [[Double]]
  }
  struct BumpValues: Decodable {
    let side: Int
    let norm: String
    let turned: Bool
    let values: [Float]
  }

  let shape: [Int]
  let clean: [Float]
  let steps: [Step]
  let schedule: [Schedule]
  let bumps: [BumpValues]

  static func load() throws -> SquareGolden {
    try JSONDecoder().decode(
      SquareGolden.self, from: Data(contentsOf: Golden.url("square.json")))
  }
}
