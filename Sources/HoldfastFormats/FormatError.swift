public import HoldfastErrors

/// What is wrong with a file, which file, and what to do about it.
///
/// Every reader and writer of this module reports bad input, however hostile, with this one error.
public struct FormatError: UserFacingError, Hashable, Sendable {
  /// What is wrong, as a sentence without its full stop.
  public let what: String

  /// The file or directory it is about, as the caller named it.
  public let file: String

  /// What the reader of the message can do.
  public let hint: String?

  /// The operating system's error number (`errno`), nil if the content is wrong and the system did
  /// not fail.
  public let code: Int32?

  /// An error about `file`.
  public init(_ what: String, in file: String, hint: String? = nil, code: Int32? = nil) {
    self.what = what
    self.file = file
    self.hint = hint
    self.code = code
  }

  /// The file; nil when no file is at fault.
  public var place: String? { file.isEmpty ? nil : file }
}

/// A name out of a file we do not trust, fit to be printed: quoted, short, no control characters.
func quoted(_ name: String, limit: Int = 120) -> String {
  var text = ""
  for scalar in name.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
      text += scalar.escaped(asASCII: true)
    default: text.unicodeScalars.append(scalar)
    }
  }
  return name.unicodeScalars.count > limit ? "'\(text)…'" : "'\(text)'"
}
