public import HoldfastErrors

/// A request about scenes that cannot be met, in words for the person who made it.
public struct SceneError: UserFacingError, Hashable, Sendable {
  /// What is wrong.
  public let what: String
  /// The value or argument at fault.
  public let `where`: String
  /// What to do about it.
  public let hint: String?

  /// What stands before the sentence.
  public var place: String? { self.where }
}
