public import HoldfastErrors

/// A training that came to NaN or infinity: where, and what is kept.
public struct NotFiniteError: UserFacingError, Hashable {
  /// The step that could not be made, counted from 1.
  public let step: Int
  /// The term of the loss that is not finite, or whose gradient is not; nil when none is found.
  public let term: String?
  /// The parameter that is not finite, or has no finite gradient; nil when none is found.
  ///
  /// Gradients come from the end of a model, so of several the last in the model's order is named: there it
  /// began.
  public let parameter: String?
  /// The folder and the steps of the last finite state, in words; nil when none was saved.
  var kept: String?

  init(step: Int, term: String?, parameter: String?) {
    self.step = step
    self.term = term
    self.parameter = parameter
  }

  /// The step, the term and the parameter, in one sentence.
  public var what: String {
    let term = term.map { " in the term `\($0)`" } ?? ""
    let parameter = parameter.map { " at the parameter `\($0)`" } ?? ""
    return "step \(step) came to NaN or infinity\(term)\(parameter)"
  }

  /// What helps, and what is kept.
  public var hint: String? {
    "lower the learning rate, clip the gradients or lengthen the warm-up"
      + (kept.map { "; \($0)" } ?? "")
  }
}
