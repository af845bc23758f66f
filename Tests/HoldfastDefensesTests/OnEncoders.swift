import HoldfastCore
import HoldfastTensor

/// A defence of an encoder alone, without a head.
extension Defense {
  /// Refuses encoders that the defence cannot be applied to.
  func check(_ encoder: any Encoder) throws(UsageError) {
    try check(Subject(encoder: encoder, head: nil))
  }

  /// What it computes from an encoder.
  func fit(
    to encoder: any Encoder, guide: (any Encoder)?, texts: (([String]) throws -> Tensor)? = nil
  ) throws -> Fitted {
    try fit(
      DefenseContext(
        model: Subject(encoder: encoder, head: nil),
        guide: guide.map { Subject(encoder: $0, head: nil) }, texts: texts))
  }

  /// The defended encoder.
  func wrap(_ encoder: any Encoder, fitted: Fitted) throws -> any Encoder {
    let bare = Subject(encoder: encoder, head: nil)
    return try apply(to: bare, fitted, in: DefenseContext(model: bare)).encoder
  }
}
