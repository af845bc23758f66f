import Crypto

/// SHA-256 as lower-case hexadecimal text, the form model cards and run records use.
public enum Checksum {
  /// The hash of some bytes.
  public static func sha256(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hexadecimal(hash.finalize())
  }

  /// The hash of some bytes.
  public static func sha256(of bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { sha256(of: $0) }
  }

  /// The hash of a file's content, read in pieces so that its size does not matter.
  public static func sha256(ofFileAt path: String) throws(FormatError) -> String {
    let reader = try FileReader(path)
    var hash = SHA256()
    while let piece = try reader.nextPiece() { hash.update(bufferPointer: piece) }
    return hexadecimal(hash.finalize())
  }

  /// The name that git gives to a file's content: SHA-1 of a header and the content.
  static func gitBlob(ofFileAt path: String) throws(FormatError) -> String {
    let reader = try FileReader(path)
    var hash = Insecure.SHA1()
    hash.update(data: Array("blob \(reader.size ?? 0)\0".utf8))
    while let piece = try reader.nextPiece() { hash.update(bufferPointer: piece) }
    return hexadecimal(hash.finalize())
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
