/// Something wrong with a data set: what, in which file or folder, and what to do.
public struct DataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let what: String
  /// The file or folder.
  public let file: String
  /// What to do about it; empty where nothing is known to help.
  public let hint: String

  /// An error about `file`.
  public init(_ what: String, in file: String, hint: String = "") {
    self.what = what
    self.file = file
    self.hint = hint
  }

  /// One sentence that begins with the file, then the hint after an empty line.
  public var description: String {
    hint.isEmpty ? "`\(file)`: \(what)" : "`\(file)`: \(what)\n\nhint: \(hint)"
  }
}
