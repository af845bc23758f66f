/// A place in bytes that may end at any point; every read checks first.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  let file: String
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, file: String, at position: Int = 0) {
    self.bytes = bytes
    self.file = file
    self.position = position
  }

  /// Bytes left.
  var remaining: Int { bytes.count - position }

  /// A little-endian integer.
  mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws(FormatError) -> T {
    let slice = try take(MemoryLayout<T>.size)
    return T(littleEndian: slice.loadUnaligned(as: T.self))
  }

  /// The next `count` bytes, in place.
  mutating func take(_ count: Int) throws(FormatError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw FormatError(
        "ends at byte \(bytes.count), but announces \(count) more bytes at \(position)",
        in: file, hint: "the file is truncated or damaged: fetch it again")
    }
    let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    position += count
    return slice
  }

  /// Text up to the next newline, which is skipped, of at most `limit` bytes.
  mutating func line(limit: Int) throws(FormatError) -> String {
    let window = bytes[position..<min(bytes.count, position + limit)]
    guard let end = window.firstIndex(of: UInt8(ascii: "\n")) else {
      throw FormatError("has no end of line within \(limit) bytes of \(position)", in: file)
    }
    defer { position = end + 1 }
    guard let text = String(validating: bytes[position..<end], as: UTF8.self) else {
      throw FormatError("has text at byte \(position) that is not UTF-8", in: file)
    }
    return text
  }
}
