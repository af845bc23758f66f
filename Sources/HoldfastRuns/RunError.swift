/// Why a run cannot be resumed, or two runs not be compared, and what to do about it.
public struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a sentence without its full stop.
  public let what: String
  /// What to do about it.
  public let hint: String?

  /// An error with its remedy.
  public init(_ what: String, hint: String) {
    self.what = what
    self.hint = hint
  }

  /// The sentence, and the hint after an empty line.
  public var description: String { hint.map { "\(what)\n\nhint: \($0)" } ?? what }
}
