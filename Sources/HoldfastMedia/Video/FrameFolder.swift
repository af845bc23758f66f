import Foundation
import HoldfastFormats

/// The pictures of a folder in the order of their names.
///
/// JPEG and PNG files by their names' ends; numbers in names count as numbers, so that `frame9.png`
/// comes before `frame10.png`. Hidden files, other files and folders are left out.
struct FrameFolder {
  /// The paths of the pictures, at least 1.
  let paths: [String]

  /// Lists a folder.
  ///
  /// - Throws: ``MediaError`` when the folder has no picture; `FormatError` when it cannot be read.
  init(_ folder: String) throws {
    let frames = try namesInFolder(folder).filter { name in
      let end = PathParts.ending(of: name)
      return !name.hasPrefix(".") && ["png", "jpg", "jpeg"].contains(end)
    }
    guard !frames.isEmpty else {
      throw MediaError(
        "the folder has no frames", file: folder,
        hint: "a video without ffmpeg is a folder of PNG or JPEG files, in the order of their names"
      )
    }
    paths = frames.map { (name: $0, key: Self.key($0)) }
      .sorted { Self.precedes($0.key, $1.key) || $0.key == $1.key && $0.name < $1.name }
      .map { "\(folder)/\($0.name)" }
  }

  /// A name cut into numbers and what is between them; a number has no leading zeros.
  private static func key(_ name: String) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var wasDigit = false
    for byte in name.utf8 {
      let isDigit = (48...57).contains(byte)
      if parts.isEmpty || isDigit != wasDigit { parts.append([]) }
      if isDigit && parts[parts.count - 1] == [48] { parts[parts.count - 1] = [] }
      parts[parts.count - 1].append(byte)
      wasDigit = isDigit
    }
    return parts
  }

  private static func precedes(_ a: [[UInt8]], _ b: [[UInt8]]) -> Bool {
    for (x, y) in zip(a, b) where x != y {
      let areNumbers = isNumber(x) && isNumber(y)
      if areNumbers && x.count != y.count { return x.count < y.count }
      return x.lexicographicallyPrecedes(y)
    }
    return a.count < b.count
  }

  private static func isNumber(_ part: [UInt8]) -> Bool {
    part.first.map { (48...57).contains($0) } ?? false
  }
}
