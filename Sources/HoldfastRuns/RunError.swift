public import HoldfastErrors

/// Why a run cannot be resumed, or two runs not be compared: one sentence, and what to do about it.
public struct RunError: UserFacingError, Hashable, Sendable {
  /// What is wrong, in one sentence.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// An error with its remedy.
  public init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }

  /// What is wrong, as one sentence.
  public var what: String { message }
}
