public import HoldfastCore

/// How long a training goes on, how leaves are moved, and which state is kept.
public struct TrainingPlan: Codable, Hashable, Sendable {
  /// Which state comes out of a training.
  public enum Keep: String, Codable, Hashable, Sendable, CaseIterable {
    /// The last.
    case last
    /// The one that did best when it was examined, the later of two that did equally well.
    case best
  }

  /// The steps.
  public var steps: Int
  /// How leaves are moved.
  public var optimization: Optimization
  /// The steps from one examination to the next, with one after the last step; nil when no state is
  /// examined.
  public var examineEvery: Int?
  /// Which state is kept.
  public var keep: Keep

  /// A plan of some steps.
  public init(
    steps: Int, _ optimization: Optimization = Optimization(), examineEvery: Int? = nil,
    keep: Keep = .last
  ) {
    self.steps = steps
    self.optimization = optimization
    self.examineEvery = examineEvery
    self.keep = keep
  }

  /// Refuses a plan that cannot be carried out.
  ///
  /// - Throws: `UsageError` that names the setting and what it takes.
  public func check() throws(UsageError) {
    guard steps > 0 else {
      throw UsageError("the training has \(steps) steps", hint: "it takes 1 or more")
    }
    guard examineEvery ?? 1 > 0 else {
      throw UsageError(
        "a state is examined every \(examineEvery ?? 0) steps", hint: "it takes 1 or more")
    }
    guard keep == .last || examineEvery != nil else {
      throw UsageError(
        "the best state is to be kept, and no state is examined",
        hint: "examine every so many steps, or keep the last")
    }
    try optimization.check()
  }

  /// Whether the state after so many steps is examined.
  func examines(after steps: Int) -> Bool {
    examineEvery.map { steps.isMultiple(of: $0) || steps == self.steps } ?? false
  }
}
