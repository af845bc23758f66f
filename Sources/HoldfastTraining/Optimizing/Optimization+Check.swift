public import HoldfastCore

extension Optimization {
  /// Refuses settings with which nothing can be learned.
  ///
  /// - Throws: `UsageError` that names the setting and what it takes.
  public func check() throws(UsageError) {
    try check("learning rate", learningRate, "a number above 0") { $0 > 0 }
    try check("weight decay", decay, "a number of 0 or more") { $0 >= 0 }
    try check("accumulation", Double(accumulate), "a number of batches, 1 or more") { $0 >= 1 }
    if let clip { try check("gradient norm to clip to", clip, "a number above 0") { $0 > 0 } }
    if let ema { try check("decay of the average", ema, Self.belowOne, (0..<1).contains) }
    switch method {
    case .adamW(let beta1, let beta2, let epsilon):
      try check("first beta of AdamW", beta1, Self.belowOne, (0..<1).contains)
      try check("second beta of AdamW", beta2, Self.belowOne, (0..<1).contains)
      try check("epsilon of AdamW", epsilon, "a number above 0") { $0 > 0 }
    case .sgd(let momentum):
      try check("momentum of SGD", momentum, Self.belowOne, (0..<1).contains)
    }
    switch warmup {
    case .steps(let count):
      try check("warm-up", Double(count), "a number of steps, 0 or more") { $0 >= 0 }
    case .share(let share): try check("warm-up", share, Self.upToOne, (0...1).contains)
    }
    if case .drops(let shares, let factor) = schedule {
      for share in shares { try check("place of a drop", share, Self.upToOne, (0...1).contains) }
      try check("factor of a drop", factor, "a number above 0") { $0 > 0 }
    }
  }

  private static let belowOne = "a number from 0 to less than 1"
  private static let upToOne = "a share from 0 to 1"

  private func check(
    _ name: String, _ value: Double, _ expected: String, _ holds: (Double) -> Bool
  ) throws(UsageError) {
    guard value.isFinite, holds(value) else {
      throw UsageError("the \(name) is \(value)", hint: "it takes \(expected)")
    }
  }
}
