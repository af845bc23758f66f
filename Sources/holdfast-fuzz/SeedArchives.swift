/// Archives that are whole, to be damaged: made by hand, so that nothing else is needed.
enum SeedArchives {
  typealias Entry = (name: String, bytes: [UInt8])

  /// A zip archive whose entries are stored.
  static func zip(_ entries: [Entry]) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in entries {
      let offset = UInt32(file.count)
      let common =
        [UInt8](repeating: 0, count: 10) + little(crc32(bytes)) + little(UInt32(bytes.count))
        + little(UInt32(bytes.count)) + little(UInt16(name.utf8.count)) + little(UInt16(0))
      file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
      directory +=
        [0x50, 0x4B, 1, 2, 0, 0] + common + [UInt8](repeating: 0, count: 10) + little(offset)
        + Array(name.utf8)
    }
    let count = little(UInt16(entries.count))
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
      + little(UInt32(directory.count)) + little(UInt32(file.count)) + [0, 0]
  }

  /// A checkpoint of two tensors as `torch.save` writes it.
  static let torch: [UInt8] = {
    func text(_ value: String) -> [UInt8] {
      [0x58] + little(UInt32(value.utf8.count)) + Array(value.utf8)
    }
    func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    func int(_ value: Int32) -> [UInt8] { [0x4A] + little(value) }
    func tuple(_ values: [UInt8]...) -> [UInt8] { [0x28] + values.flatMap { $0 } + [0x74] }
    func tensor(_ key: String, _ shape: [Int32], _ strides: [Int32]) -> [UInt8] {
      let count = shape.reduce(1, *)
      let storage =
        tuple(text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), int(count))
        + [0x51]
      return global("torch._utils", "_rebuild_tensor_v2")
        + tuple(
          storage, int(0), [0x28] + shape.flatMap(int) + [0x74],
          [0x28] + strides.flatMap(int) + [0x74], [0x89],
          global("collections", "OrderedDict") + [0x29, 0x52]) + [0x52]
    }
    let pickle =
      [0x80, 2] + global("collections", "OrderedDict") + [0x29, 0x52, 0x28]
      + text("a.weight") + tensor("0", [3, 4], [4, 1]) + text("a.bias") + tensor("1", [4], [1])
      + [0x75, 0x2E]
    return zip([
      ("archive/data.pkl", pickle), ("archive/byteorder", Array("little".utf8)),
      ("archive/data/0", [UInt8](repeating: 0x3C, count: 48)),
      ("archive/data/1", [UInt8](repeating: 0x3D, count: 16)), ("archive/version", [0x33, 0x0A]),
    ])
  }()

  /// A tar archive, each name in a header of the ustar form.
  static func tar(_ entries: [Entry]) -> [UInt8] {
    entries.flatMap { name, bytes in
      let padding = [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
      return tarHeader(name, size: bytes.count) + bytes + padding
    } + [UInt8](repeating: 0, count: 1024)
  }

  private static func tarHeader(_ name: String, size: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
    }
    func octal(_ value: Int, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, at: 0)
    put("0000644", at: 100)
    put(octal(size, digits: 11), at: 124)
    put("00000000000", at: 136)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    seal(&header, at: 0)
    return header
  }

  /// Makes the checksums of all blocks right that look like headers, so that damage gets past them.
  static func sealTar(_ file: inout [UInt8]) {
    for block in stride(from: 0, to: file.count - 511, by: 512)
    where file[block + 257] == UInt8(ascii: "u") { seal(&file, at: block) }
  }

  private static func seal(_ file: inout [UInt8], at block: Int) {
    file.replaceSubrange(
      block + 148..<block + 156, with: [UInt8](repeating: UInt8(ascii: " "), count: 8))
    let sum = file[block..<block + 512].reduce(0) { $0 + Int($1) }
    let text = String(sum, radix: 8)
    let digits = String(repeating: "0", count: max(0, 6 - text.count)) + text
    file.replaceSubrange(block + 148..<block + 156, with: Array(digits.utf8.prefix(6)) + [0, 0x20])
  }

  /// Makes the checksums of all chunks of a PNG right, so that damage gets past them.
  static func sealPNG(_ file: inout [UInt8]) {
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 12 else { return }
      let sum = crc32(file[place + 4..<place + 8 + length])
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32($0))) }
      file.replaceSubrange(place + 8 + length..<place + 12 + length, with: bytes)
      place += 12 + length
    }
  }

  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
