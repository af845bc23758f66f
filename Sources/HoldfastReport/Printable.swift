extension String {
  /// This text with nothing in it that a terminal would obey, or that hides what it says.
  ///
  /// Control characters, separators of lines, and characters that turn the direction of text are
  /// written as JSON writes them, such as `\u001B`. JSON stays the same JSON.
  ///
  /// - Parameter keepsLines: whether line feeds and tabs stay.
  public func printable(keepsLines: Bool = false) -> String {
    guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isUnprintable, !(keepsLines && (scalar == "\n" || scalar == "\t")) {
        text += scalar.asJSON
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// How JSON writes it: `\n`, `\u001B`.
  fileprivate var asJSON: String {
    switch self {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  /// Whether a terminal would obey this, or it would hide what stands around it; all of these have at most
  /// four hexadecimal digits.
  var isUnprintable: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: turnsText
    }
  }

  /// Whether this turns the direction of what follows: a file name could look like another.
  var turnsText: Bool { Self.turning.contains(value) }

  private static let turning: Set<UInt32> = Set(
    [0x061C, 0x200E, 0x200F] + Array(0x202A...0x202E) + Array(0x2066...0x2069))
}
