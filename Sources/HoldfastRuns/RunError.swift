/// Why a run cannot be resumed, or two runs not be compared: one sentence, and what to do about it.
public struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// An error with its remedy.
  public init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }

  /// The sentence, and the hint after an empty line.
  public var description: String { hint.map { "\(message)\n\nhint: \($0)" } ?? message }
}
