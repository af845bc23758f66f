/// A request about scenes that cannot be met, in words for the person who made it.
public struct SceneError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let what: String
  /// The value or argument at fault.
  public let `where`: String
  /// What to do about it.
  public let hint: String

  /// One sentence that begins with the value, then the hint after an empty line.
  public var description: String { "`\(`where`)`: \(what)\n\nhint: \(hint)" }
}
