import HoldfastCore

/// The attacks that follow a gradient inside the ball.
extension AttackTable {
  static let gradientEntries: [AttackEntry] = [
    AttackEntry(
      "fgsm", "one step of the whole radius", source: "Goodfellow et al., 2015",
      passes: "2 F + 1 B", options: []
    ) { (_, _) throws(UsageError) in
      [AttackRecipe(name: "fgsm", attack: FGSM(), objective: CrossEntropy())]
    },
    AttackEntry(
      "pgd", "projected gradient descent on cross-entropy", source: "Madry et al., 2018",
      passes: "11 F + 10 B",
      options: ["steps=10", "step=2.5/steps", "restarts=1", "random-start=true"]
        + combinatorOptions
    ) { (spelling, _) throws(UsageError) in
      let attack = PGD(
        steps: try spelling.takeCount("steps", default: 10),
        relativeStep: try spelling.takeNumber("step", "a number above 0") { $0 > 0 },
        randomStart: try spelling.takeFlag("random-start", default: true))
      return [
        AttackRecipe(
          name: "pgd", attack: try spelling.takeCombinators(around: attack),
          objective: CrossEntropy(), restarts: try spelling.takeCount("restarts", default: 1))
      ]
    },
    AttackEntry(
      "mi-fgsm", "steps along a momentum, for examples that transfer",
      source: "Dong et al., 2018", passes: "11 F + 10 B",
      options: [
        "steps=10", "step=1/steps", "decay=1", "diversity=0", "translation=1", "scales=1",
      ]
    ) { (spelling, _) throws(UsageError) in
      let attack = MIFGSM(
        steps: try spelling.takeCount("steps", default: 10),
        relativeStep: try spelling.takeNumber("step", "a number above 0") { $0 > 0 },
        decay: try spelling.takeNumber("decay", "a number of at least 0") { $0 >= 0 } ?? 1)
      return [
        AttackRecipe(
          name: "mi-fgsm", attack: try spelling.takeTransformations(around: attack),
          objective: CrossEntropy())
      ]
    },
    apgd("apgd-ce", "Auto-PGD on cross-entropy", CrossEntropy()),
    apgd(
      "apgd-dlr", "Auto-PGD on the difference of logits ratio, which no scale of the logits blinds",
      DifferenceOfLogitsRatio()),
    apgd(
      "apgd-t", "Auto-PGD on the targeted ratio, towards the likeliest wrong classes in turn",
      TargetedDifferenceOfLogitsRatio(), targets: 9),
    apgd("apgd-margin", "Auto-PGD on the margin of Carlini and Wagner", Margin()),
    apgd("apgd-cosine", "Auto-PGD on the cosine to the true anchor alone", TruthCosine()),
    apgd(
      "apgd-embedding", "Auto-PGD on the distance from the clean embedding; needs no label",
      EmbeddingDistance()),
    apgd(
      "apgd-embedding-l2",
      "Auto-PGD on the squared distance from the clean embedding, lengths and all; needs no label",
      SquaredEmbeddingDistance()),
  ]

  /// The options that APGD takes whatever its objective; in L1 it has its own.
  static let apgdOptions = [
    "steps=100", "restarts=1", "rho=0.75", "random-start=true", "parity=false",
    "large-radii=false",
  ]

  static func apgd(
    _ name: String, _ summary: String, _ objective: any Objective, targets: Int = 0
  ) -> AttackEntry {
    AttackEntry(
      name, summary, source: "Croce and Hein, 2020; in L1 2021",
      passes: targets > 0 ? "\(101 * targets) F + \(100 * targets) B" : "101 F + 100 B",
      options: apgdOptions + combinatorOptions + (targets > 0 ? ["targets=\(targets)"] : [])
    ) { (spelling, norm) throws(UsageError) in
      let steps = try spelling.takeCount("steps", default: 100)
      let randomStart = try spelling.takeFlag("random-start", default: true)
      guard randomStart || !objective.isFlatAtCleanInput else {
        throw UsageError(
          "\(name) cannot start at the input itself, where its gradient is 0",
          hint: "leave random-start=false out")
      }
      let attack =
        norm == .l1
        ? try sparse(&spelling, steps: steps, randomStart: randomStart)
        : try momentum(&spelling, steps: steps, randomStart: randomStart)
      return [
        AttackRecipe(
          name: name, attack: try spelling.takeCombinators(around: attack), objective: objective,
          restarts: try spelling.takeCount("restarts", default: 1),
          targets: targets > 0 ? try spelling.takeCount("targets", default: targets) : 0)
      ]
    }
  }

  private static func momentum(
    _ spelling: inout Spelling, steps: Int, randomStart: Bool
  ) throws(UsageError) -> any Attack {
    let rho = try spelling.takeNumber("rho", "a number of [0, 1]") { (0...1).contains($0) } ?? 0.75
    let parity = try spelling.takeFlag("parity", default: false)
    guard try !spelling.takeFlag("large-radii", default: false) else {
      throw UsageError("`large-radii` of \(spelling.name) is made for l1", hint: "leave it out")
    }
    return APGD(steps: steps, rho: rho, randomStart: randomStart, parity: parity)
  }

  private static func sparse(
    _ spelling: inout Spelling, steps: Int, randomStart: Bool
  ) throws(UsageError) -> any Attack {
    for option in ["rho", "parity"] {
      guard try spelling.take(option, "an option", { $0 }) == nil else {
        throw UsageError("`\(option)` of \(spelling.name) is not made for l1", hint: "leave it out")
      }
    }
    return SparseAPGD(
      iterations: steps, randomStart: randomStart,
      largeRadii: try spelling.takeFlag("large-radii", default: false))
  }
}
