/// The cyclic redundancy check of Castagnoli's polynomial, as TensorFlow's records have it.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
    }
  }

  /// The check of some bytes.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// The check as it is stored beside the bytes: rotated, so that a check over it is no constant.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let check = checksum(bytes)
    return (check >> 15 | check << 17) &+ 0xa282_ead8
  }
}
