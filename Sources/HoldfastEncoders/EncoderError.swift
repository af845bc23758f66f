public import HoldfastErrors

/// Why an encoder could not be put together.
public struct EncoderError: UserFacingError, Hashable, Sendable {
  /// The fault, as a clause without a full stop.
  public let what: String
  /// The file, folder or setting it is about.
  public let `where`: String
  /// What the user can do.
  public let hint: String?

  /// Creates an error about one fault.
  public init(what: String, where place: String, hint: String) {
    self.what = what
    self.where = place
    self.hint = hint
  }

  /// The place, which comes before the sentence.
  public var place: String? { self.where }
}
