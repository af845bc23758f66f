/// An error that a user can act on: what is wrong, where, and what to do.
///
/// Every error that Holdfast throws at a user's input conforms, and so can the errors of a program that
/// builds on it. Who shows the error, a terminal or a server, needs no list of types and reads no prose.
public protocol UserFacingError: Error, CustomStringConvertible {
  /// What is wrong, as a clause without a full stop.
  var what: String { get }
  /// The file, folder or setting that is at fault; nil if there is none.
  var place: String? { get }
  /// What to do about it; nil when nothing is known to help.
  var hint: String? { get }
  /// The option of the request that it is about, such as `epsilon`; nil if it is about none.
  var option: String? { get }
}

extension UserFacingError {
  /// No file or setting is at fault, unless an error says so.
  public var place: String? { nil }
  /// About no option, unless an error says so.
  public var option: String? { nil }

  /// One sentence that begins with the place, then the hint after an empty line.
  public var description: String {
    let sentence = place.map { "`\($0)`: \(what)" } ?? what
    return hint.map { "\(sentence)\n\nhint: \($0)" } ?? sentence
  }
}
