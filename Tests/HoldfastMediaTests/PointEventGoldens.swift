import Foundation
import HoldfastMedia

/// What `Tools/goldens/points_events.py` wrote.
struct PointEventGoldens: Decodable {
  struct Cloud: Decodable {
    let points: [Float]
    let farthest: [Int]
    let normalized: [Double]
  }

  struct Events: Decodable {
    let x: [UInt16]
    let y: [UInt16]
    let t: [Int64]
    let p: [Int]
    let width: Int
    let height: Int
    let files: [String: Data]
    let rgb: Data
    let histogram: Data
  }

  let clouds: [String: Cloud]
  let ply: [String: Data]
  let array: [Float]
  let arrays: [String: Data]
  let events: [String: Events]

  static func read() throws -> PointEventGoldens { try Goldens.read("points-events.json") }
}

/// A file with a few bytes changed, put in, left out or cut off at random.
func damaged(
  _ file: [UInt8], alphabet: [UInt8] = [], _ generator: inout SeededGenerator
) -> [UInt8] {
  var bytes = file
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
    // Headers and directories are where the decisions are made.
    let end = min(bytes.count, 400)
    let near = Int.random(in: 0..<end, using: &generator)
    let place =
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: near
      case 1: bytes.count - 1 - near
      default: Int.random(in: 0..<bytes.count, using: &generator)
      }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: bytes.removeSubrange(place..<min(place + 2, bytes.count))
    case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: place)
    case 2: bytes.removeSubrange(place...)
    case 3: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][place % 5]
    case 4, 5: bytes[place] = .random(in: 0...255, using: &generator)
    default:
      bytes[place] =
        alphabet.randomElement(using: &generator)
        ?? bytes[place] ^ 1 << UInt8.random(in: 0..<8, using: &generator)
    }
  }
  return bytes
}
