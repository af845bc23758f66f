public import HoldfastErrors

/// A choice of parameters that a tower cannot follow.
public struct SelectionError: UserFacingError, Hashable, Sendable {
  /// What is wrong.
  public let what: String
  /// What to choose in its place.
  public let hint: String?

  /// An error with its remedy.
  public init(what: String, hint: String) {
    self.what = what
    self.hint = hint
  }
}
