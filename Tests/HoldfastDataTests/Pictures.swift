import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport

/// A folder of files that a test writes by path.
struct Place {
  let url: URL

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

  /// A picture of one colour, two pixels high and wide.
  func picture(_ name: String, _ level: UInt8 = 0) throws {
    try write(Place.png(level), name)
  }

  static func png(_ level: UInt8) throws -> [UInt8] {
    try encodePNG(Image(width: 2, height: 2, pixels: [UInt8](repeating: level, count: 12)))
  }

  static func with<Result>(_ body: (Place) throws -> Result) throws -> Result {
    try withTemporaryFolder { try body(Place(url: $0)) }
  }
}

extension DataSet {
  /// Every sample in order.
  func items() throws -> [DataItem] {
    var cursor = try makeCursor()
    var items: [DataItem] = []
    while let item = try cursor.next() { items.append(item) }
    return items
  }
}

/// Pictures as they are: two by two pixels.
let asTheyAre = ImagePreprocessor(resize: .none)

/// The error of `body` in words, or what it gave instead.
func words(_ body: () throws -> Any) -> String {
  do {
    return "no error, but \(try body())"
  } catch {
    return "\(error)"
  }
}
