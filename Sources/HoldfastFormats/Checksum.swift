import Clibcrypto

/// SHA-256 as lower-case hexadecimal text, the form model cards and run records use.
public enum Checksum {
  /// The hash of some bytes.
  public static func sha256(of bytes: UnsafeRawBufferPointer) -> String {
    var digest = Digest(EVP_sha256())
    digest.update(bytes)
    return digest.hexadecimal()
  }

  /// The hash of some bytes.
  public static func sha256(of bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { sha256(of: $0) }
  }

  /// The hash of a file's content, read in pieces so that its size does not matter.
  public static func sha256(ofFileAt path: String) throws(FormatError) -> String {
    let reader = try FileReader(path)
    var digest = Digest(EVP_sha256())
    while let piece = try reader.nextPiece() { digest.update(piece) }
    return digest.hexadecimal()
  }

  /// The name that git gives to a file's content: SHA-1 of a header and the content.
  static func gitBlob(ofFileAt path: String) throws(FormatError) -> String {
    let reader = try FileReader(path)
    var digest = Digest(EVP_sha1())
    Array("blob \(reader.size ?? 0)\0".utf8).withUnsafeBytes { digest.update($0) }
    while let piece = try reader.nextPiece() { digest.update(piece) }
    return digest.hexadecimal()
  }
}

/// A digest of the system's libcrypto, fed piece by piece.
private struct Digest: ~Copyable {
  private let context: OpaquePointer

  init(_ algorithm: OpaquePointer?) {
    // Both calls fail only without memory, or if the algorithm is switched off system-wide.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
      fatalError("libcrypto cannot start a SHA digest")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all that came, as lower-case hexadecimal text; nothing may follow.
  mutating func hexadecimal() -> String {
    let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) {
      var count: UInt32 = 0
      EVP_DigestFinal_ex(context, $0.baseAddress, &count)
      let digits = Array("0123456789abcdef".utf8)
      return $0.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
