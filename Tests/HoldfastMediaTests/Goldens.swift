import Foundation
import HoldfastMedia

/// The files that `Tools/goldens/media.py` wrote.
enum Goldens {
  static func read<Content: Decodable>(_ name: String) throws -> Content {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    return try JSONDecoder().decode(
      Content.self, from: Data(contentsOf: folder.appending(path: name)))
  }
}

/// Where outside data is: `HOLDFAST_FIXTURES`, else `shared` beside the checkout.
let fixtures: URL = {
  if let path = ProcessInfo.processInfo.environment["HOLDFAST_FIXTURES"] {
    return URL(filePath: path)
  }
  return URL(filePath: #filePath).appending(path: "../../../../shared").standardizedFileURL
}()

/// The image that goldens are made from: (37x + 59y + 91c + 13xy) mod 256.
func pattern(_ width: Int, _ height: Int) throws -> Image {
  var pixels: [UInt8] = []
  pixels.reserveCapacity(width * height * 3)
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<3 {
        pixels.append(UInt8((37 * x + 59 * y + 91 * c + 13 * x * y) % 256))
      }
    }
  }
  return try Image(width: width, height: height, pixels: pixels)
}

/// The 64-bit FNV-1a checksum, in hexadecimal.
func fnv1a(_ bytes: [UInt8]) -> String {
  var checksum = FNV1a()
  checksum.add(bytes)
  return checksum.text
}

/// A checksum that grows as bytes come.
struct FNV1a {
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes {
      value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
  }

  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The largest difference between two rows of bytes, 256 where their lengths differ.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard a.count == b.count else { return 256 }
  return zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// Small, seeded and the same everywhere (SplitMix64, Steele et al., 2014).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
