public import HoldfastErrors

/// Why a picture, sound or preprocessing file could not be used.
///
/// It prints as one sentence that starts with the file, then what to do about it.
public struct MediaError: UserFacingError, Hashable, Sendable {
  /// What is wrong, as a clause that follows the file's name.
  public let what: String

  /// The file or the item it came from, as the caller named it; empty if there is none.
  public let file: String

  /// What the user can do, nil when nothing helps.
  public let hint: String?

  /// Whether this one file is at fault, so that others may do.
  ///
  /// Then it is damaged, or of a kind that is not read; else it does not go with what was asked for.
  public let isDamage: Bool

  /// Creates an error.
  public init(_ what: String, file: String = "", hint: String? = nil, isDamage: Bool = true) {
    self.isDamage = isDamage
    self.what = what
    self.file = file
    self.hint = hint
  }

  /// The file; nil when no file is at fault.
  public var place: String? { file.isEmpty ? nil : file }
}
