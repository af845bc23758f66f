/// Damage to a file: bits, bytes, lengths, pieces, and numbers in words.
struct Mutation {
  var random: Randomness

  /// Numbers that lengths and counts like to be mistaken at.
  private static let numbers: [UInt64] = [
    0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    0x1_0000_0000, 0x3FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
  ]
  private static let words = [
    "-1", "0", "1e999", "1e-999", "-0", "0.5", "4294967296", "9223372036854775807",
    "18446744073709551616", "99999999999999999999", "null", "true", "\"\"", "[]", "{}", "NaN",
    "\"../../etc/passwd\"", "\"\u{301}\"", "\"\\ud800\"",
  ]

  /// The file with one to four things wrong; `other` gives pieces that do not belong.
  mutating func damage(_ bytes: [UInt8], other: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(4) { bytes = once(bytes, other) }
    return bytes
  }

  private mutating func once(_ bytes: [UInt8], _ other: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [random.byte()] }
    var bytes = bytes
    let place = random.below(bytes.count)
    switch random.below(9) {
    case 0:  // A bit turns.
      bytes[place] ^= 1 << UInt8(random.below(8))
    case 1:  // A byte is another.
      bytes[place] = random.pick([0, 0xFF, 0x80, random.byte()])
    case 2:  // The file ends early.
      bytes.removeSubrange(place...)
    case 3, 4:  // A field of 1, 2, 4 or 8 bytes says something absurd, in either order of bytes.
      let width = random.pick([1, 2, 4, 8])
      var value = random.pick(Self.numbers + [UInt64(bytes.count), UInt64(bytes.count) &- 1])
      let isBig = random.below(2) == 0
      for index in 0..<width where place + index < bytes.count {
        let shift = isBig ? 8 * (width - 1 - index) : 8 * index
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
      }
      value = 0
    case 5:  // A piece is missing.
      let end = min(bytes.count, place + 1 + random.below(64))
      bytes.removeSubrange(place..<end)
    case 6:  // A piece comes again, somewhere else.
      let end = min(bytes.count, place + 1 + random.below(64))
      bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count + 1))
    case 7:  // A piece of another file.
      guard !other.isEmpty else { break }
      let start = random.below(other.count)
      let piece = other[start..<min(other.count, start + 1 + random.below(256))]
      let end = min(bytes.count, place + (random.below(2) == 0 ? 0 : piece.count))
      bytes.replaceSubrange(place..<end, with: piece)
    default:  // A number in words is another, or nests without end.
      bytes = reworded(bytes, near: place)
    }
    return bytes
  }

  private mutating func reworded(_ bytes: [UInt8], near place: Int) -> [UInt8] {
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return bytes }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let word =
      random.below(12) == 0 ? String(repeating: "[", count: 20_000) : random.pick(Self.words)
    return bytes[..<start] + Array(word.utf8) + bytes[end...]
  }
}
