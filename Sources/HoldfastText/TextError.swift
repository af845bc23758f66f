public import HoldfastErrors

/// What went wrong with a tokeniser file, a template list or a list of class names.
///
/// Reads as one sentence with what is wrong and its place, then a hint that says what to do.
public struct TextError: UserFacingError, Hashable, Sendable {
  /// The fault itself, without a full stop: `"merge \"a b\" needs \"ab\", which has no id"`.
  public let what: String
  /// The file, with the line if there is one: `"merges.txt, line 12"`.
  public let `where`: String
  /// What the reader can do about it.
  public let hint: String?

  /// Creates an error about one fault.
  public init(what: String, where place: String, hint: String) {
    self.what = what
    self.where = place
    self.hint = hint
  }

  /// What stands before the sentence.
  public var place: String? { self.where }
}

extension StringProtocol {
  /// This text in quotes, cut short, and with nothing in it that a terminal would obey.
  var quoted: String {
    var text = ""
    for scalar in unicodeScalars.prefix(60) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += scalar.escaped(asASCII: true)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > 60 ? "\"\(text)…\"" : "\"\(text)\""
  }
}
