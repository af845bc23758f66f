public import HoldfastAttacks
public import HoldfastCore

/// How a method searches for the inputs that it trains on: the hyper-parameters of its inner attack.
///
/// Source: specs: defences, section 0.2.
public struct InnerSearch: Codable, Hashable, Sendable {
  /// The attack that makes the steps.
  public enum Method: String, Codable, Hashable, Sendable, CaseIterable {
    /// Steps of fixed length; the last point is trained on.
    case pgd
    /// Momentum and steps that halve; the point of the highest loss is trained on.
    case apgd
  }

  /// Where a search starts.
  public enum Start: String, Codable, Hashable, Sendable, CaseIterable {
    /// At a random point of the ball, for APGD on its surface.
    case random
    /// At the input.
    case input
    /// At the input, off by normal noise of 0.001.
    case nearby
  }

  /// The attack.
  public var method: Method
  /// Its steps.
  public var steps: Int
  /// The length of a step of PGD over the radius.
  public var relativeStep: Double
  /// Where it starts.
  public var start: Start
  /// How perturbations are measured.
  public var norm: Norm
  /// How large they may be, in the unit of the modality.
  public var radius: Radius

  /// PGD in Linf by default.
  public init(
    _ method: Method = .pgd, steps: Int, relativeStep: Double = 0.25, start: Start = .random,
    norm: Norm = .linf, radius: Radius
  ) {
    self.method = method
    self.steps = steps
    self.relativeStep = relativeStep
    self.start = start
    self.norm = norm
    self.radius = radius
  }

  /// The threat model of the training.
  public var threat: ThreatModel { ThreatModel(norm: norm, radius: radius) }

  /// The attack on an objective.
  ///
  /// One whose slope is 0 at the input, such as a distance from the clean embedding, starts elsewhere
  /// whatever ``start`` says.
  public func attack(_ objective: any Objective) -> InnerAttack {
    let start = self.start == .input && objective.isFlatAtCleanInput ? .random : self.start
    let isRandom = start == .random
    let attack: any Attack =
      switch method {
      case .pgd:
        start == .nearby
          ? NormalStart(pgd(randomStart: false)) as any Attack : pgd(randomStart: isRandom)
      case .apgd:
        start == .nearby
          ? NormalStart(APGD(steps: steps, randomStart: false)) as any Attack
          : APGD(steps: steps, randomStart: isRandom)
      }
    return InnerAttack(
      attack: attack, objective: objective, threat: threat,
      keeps: method == .apgd ? .highestLoss : .last)
  }

  private func pgd(randomStart: Bool) -> PGD {
    PGD(steps: steps, relativeStep: relativeStep, randomStart: randomStart)
  }

  /// Itself, if its values make sense.
  func checked(_ name: String) throws(UsageError) {
    guard steps >= 1, relativeStep.isFinite, relativeStep > 0 else {
      throw UsageError(
        "\(name) needs an inner attack of at least one step, of a length above 0",
        hint: "leave inner-steps and step out")
    }
    guard radius.value > 0 else {
      throw UsageError(
        "\(name) cannot train against perturbations of size 0",
        hint: "give a radius such as epsilon=4/255", option: "epsilon")
    }
  }
}

// MARK: As a user spells it

extension InnerSearch {
  /// The options of a table line, with these values as defaults.
  var options: [String] {
    [
      "epsilon=\(radius)", "attack=\(method.rawValue)", "inner-steps=\(steps)",
      "step=\(relativeStep.formatted)", "norm=\(norm.rawValue)",
    ]
  }
}

extension Spelling {
  /// Takes the options of an inner attack out; what is not given is as in `plain`.
  mutating func takeInner(_ plain: InnerSearch) throws(UsageError) -> InnerSearch {
    var search = plain
    search.radius =
      try take("epsilon", "a radius such as 4/255") { Radius($0) } ?? plain.radius
    search.method =
      try take("attack", "pgd or apgd") { InnerSearch.Method(rawValue: $0) } ?? plain.method
    search.steps = try takeCount("inner-steps", default: plain.steps)
    search.relativeStep =
      try takeNumber("step", "a number above 0") { $0 > 0 } ?? plain.relativeStep
    search.norm = try take("norm", "linf, l2 or l1") { Norm(rawValue: $0) } ?? plain.norm
    try search.checked(name)
    return search
  }
}

extension Double {
  /// A number for a table, without a useless `.0` and with at most four decimals.
  fileprivate var formatted: String {
    let rounded = (self * 10_000).rounded() / 10_000
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
