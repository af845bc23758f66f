public import HoldfastErrors

/// Something wrong with a data set: what, in which file or folder, and what to do.
public struct DataError: UserFacingError, Hashable, Sendable {
  /// What is wrong.
  public let what: String
  /// The file or folder.
  public let file: String
  /// What to do about it; nil when nothing is known to help.
  public let hint: String?

  /// An error about `file`.
  public init(_ what: String, in file: String, hint: String? = nil) {
    self.what = what
    self.file = file
    self.hint = hint
  }

  /// The file; nil when no file is at fault.
  public var place: String? { file.isEmpty ? nil : file }
}
