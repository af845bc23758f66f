/// A command line that a shell reads as these words.
///
/// A word with characters that a terminal would obey is written as `$'…'` with escapes, so that what
/// is shown can be pasted and means the same word.
public func shellLine(_ words: [String]) -> String {
  words.map(\.shellWord).joined(separator: " ")
}

extension String {
  fileprivate var shellWord: String {
    guard !unicodeScalars.contains(where: \.isUnprintable) else {
      return "$'\(unicodeScalars.map(\.inShellEscape).joined())'"
    }
    let isPlain = !isEmpty && utf8.allSatisfy { Self.plain.contains($0) }
    return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
  }

  /// The bytes that no shell gives a meaning of their own.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@+%".utf8)
}

extension Unicode.Scalar {
  /// How it stands between `$'` and `'`: itself, or its bytes in octal, which every shell reads alike.
  fileprivate var inShellEscape: String {
    switch self {
    case "\\": return "\\\\"
    case "'": return "\\'"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      guard isUnprintable else { return String(self) }
      return UTF8.encode(self)?.map { byte in
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined() ?? ""
    }
  }
}
