/// The printable symbols that stand for bytes in byte-level BPE vocabularies.
///
/// Bytes that print (33–126, 161–172, 174–255) stand for themselves; the other 68 become U+0100
/// and onwards, in order. GPT-2's `bytes_to_unicode`, which CLIP shares.
enum ByteSymbols {
  /// What the last symbol of a word carries.
  static let endOfWord = "</w>"

  /// The bytes in the order in which vocabularies number their symbols.
  static let order: [UInt8] = printable + (0...255).filter { !printable.contains($0) }

  /// The symbol of each byte, indexed by the byte.
  static let symbols: [String] = {
    var symbols = [String](repeating: "", count: 256)
    for (position, byte) in order.enumerated() {
      let code =
        position < printable.count ? UInt16(byte) : UInt16(256 + position - printable.count)
      symbols[Int(byte)] = Unicode.Scalar(code).map { String(Character($0)) } ?? ""
    }
    return symbols
  }()

  private static let printable: [UInt8] =
    Array(33...126) + Array(161...172) + Array(174...255)
}
