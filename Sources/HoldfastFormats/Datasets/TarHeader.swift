/// One 512-byte header of a tar archive.
struct TarHeader {
  /// Far beyond any archive, near enough that sums with it cannot overflow.
  static let maximumSize = 1 << 48

  let size: Int
  /// The type flag: what kind of member follows.
  let kind: Character
  private let block: [UInt8]

  /// Reads a header; nil if its checksum or size is wrong.
  init?(_ block: [UInt8]) {
    guard let size = Self.number(block[124..<136]), size < Self.maximumSize,
      let checksum = Self.number(block[148..<156]), Self.checksums(of: block).contains(checksum)
    else { return nil }
    self.block = block
    self.size = size
    kind = Character(Unicode.Scalar(block[156]))
  }

  /// The name as the header itself has it: a prefix, in POSIX archives, and up to 100 bytes.
  func name(in file: String) throws(FormatError) -> String {
    let name = block[0..<100].prefix { $0 != 0 }
    var bytes = Array(name)
    if block[257..<263].elementsEqual("ustar\0".utf8) {
      let prefix = block[345..<500].prefix { $0 != 0 }
      if !prefix.isEmpty { bytes = prefix + [UInt8(ascii: "/")] + name }
    }
    guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
      throw FormatError("has a member whose name is empty or not UTF-8", in: file)
    }
    return text
  }

  /// Octal digits between spaces and NULs or, if the top bit is set, a big-endian number.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    var value = 0
    if first & 0x80 != 0 {
      guard first == 0x80 else { return nil }
      for byte in field.dropFirst() {
        guard value < maximumSize else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let text = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    for byte in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
      value = value << 3 | Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  /// The sum of all bytes, the checksum's own counted as spaces.
  ///
  /// Some old writers added the bytes as signed numbers.
  private static func checksums(of block: [UInt8]) -> [Int] {
    var unsigned = 0
    var signed = 0
    for (index, byte) in block.enumerated() {
      let value = (148..<156).contains(index) ? 0x20 : byte
      unsigned += Int(value)
      signed += Int(Int8(bitPattern: value))
    }
    return [unsigned, signed]
  }
}
