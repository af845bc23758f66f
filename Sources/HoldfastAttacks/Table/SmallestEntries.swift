import HoldfastCore

/// The attacks that seek the smallest perturbation, each of which answers for every radius at once,
/// and Carlini-Wagner for a fixed radius.
extension AttackTable {
  static let smallestEntries: [AttackEntry] = [
    fab(
      "fab", "the smallest perturbation, by steps to the nearest of all class boundaries",
      ClassMargins(), passes: "101 F + 100 (K - 1) B for K classes"),
    fab(
      "fab-t", "the smallest perturbation, by steps to the boundaries of the likeliest classes",
      TargetMargin(), targets: 9, passes: "909 F + 900 B"),
    AttackEntry(
      "cw", "the smallest perturbation, by Adam on size and margin",
      source: "Carlini and Wagner, 2017", passes: "at most 90001 F + 90000 B",
      options: ["steps=10000", "searches=9", "weight=0.001", "rate=0.01", "kappa=0"], norms: [.l2]
    ) { (spelling, _) throws(UsageError) in
      [
        AttackRecipe(
          name: "cw",
          attack: CarliniWagner(
            iterations: try spelling.takeCount("steps", default: 10_000),
            searches: try spelling.takeCount("searches", default: 9),
            weight: try spelling.takeNumber("weight", "a number above 0") { $0 > 0 } ?? 1e-3,
            learningRate: try spelling.takeNumber("rate", "a number above 0") { $0 > 0 } ?? 0.01,
            kappa: try takeKappa(&spelling, default: 0)),
          objective: Margin())
      ]
    },
    AttackEntry(
      "cw-linf", "projected gradient descent on the margin: C&W of papers that fix a Linf radius",
      source: "Carlini and Wagner, 2017, as used by Mao et al., 2023", passes: "31 F + 30 B",
      options: ["steps=30", "kappa=50"], norms: [.linf]
    ) { (spelling, _) throws(UsageError) in
      [
        AttackRecipe(
          name: "cw-linf", attack: PGD(steps: try spelling.takeCount("steps", default: 30)),
          objective: CappedMargin(kappa: try takeKappa(&spelling, default: 50)))
      ]
    },
  ]

  private static func fab(
    _ name: String, _ summary: String, _ objective: any Objective, targets: Int = 0,
    passes: String
  ) -> AttackEntry {
    AttackEntry(
      name, summary, source: "Croce and Hein, 2020 (FAB)", passes: passes,
      options: ["steps=100", "restarts=1", "parity=false"]
        + (targets > 0 ? ["targets=\(targets)"] : [])
    ) { (spelling, _) throws(UsageError) in
      [
        AttackRecipe(
          name: name,
          attack: FAB(
            steps: try spelling.takeCount("steps", default: 100),
            parity: try spelling.takeFlag("parity", default: false)),
          objective: objective, restarts: try spelling.takeCount("restarts", default: 1),
          targets: targets > 0 ? try spelling.takeCount("targets", default: targets) : 0)
      ]
    }
  }

  private static func takeKappa(
    _ spelling: inout Spelling, default value: Double
  ) throws(UsageError) -> Double {
    try spelling.takeNumber("kappa", "a number of at least 0") { $0 >= 0 } ?? value
  }
}
