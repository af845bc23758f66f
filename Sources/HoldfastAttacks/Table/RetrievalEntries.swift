import HoldfastCore

/// The attacks on retrieval, whose classes are the entries of a retrieval index.
///
/// They run on classifiers too, whose one true partner is the label's anchor.
extension AttackTable {
  static let retrievalEntries: [AttackEntry] = [
    AttackEntry(
      "crossmaxim",
      "away from the true partner, or all of them, by PGD or 100 steps of Auto-PGD",
      source: "CALMARS, section 3.3", passes: "21 F + 20 B",
      options: searchOptions + ["all=false"] + combinatorOptions
    ) { (spelling, norm) throws(UsageError) in
      let all = try spelling.takeFlag("all", default: false)
      return [
        try searching(
          &spelling, norm, all ? "crossmaxim-all" : "crossmaxim",
          all ? TruthCosine() : PairCosine())
      ]
    },
    AttackEntry(
      "crossfire",
      "towards the hardest negative of the index, by PGD or 100 steps of Auto-PGD",
      source: "Dou et al., 2024; CALMARS, section 4.2", passes: "21 F + 20 B",
      options: searchOptions + ["targets=1"] + combinatorOptions
    ) { (spelling, norm) throws(UsageError) in
      [
        try searching(
          &spelling, norm, "crossfire", TargetCosine(),
          targets: try spelling.takeCount("targets", default: 1))
      ]
    },
    AttackEntry(
      "sga", "away from all true partners, by the gradients of noisy copies at five scales",
      source: "Lu et al., 2023", passes: "51 F + 50 B",
      options: ["steps=10", "step=2.5/steps", "noise=0.05", "restarts=1"] + combinatorOptions
    ) { (spelling, _) throws(UsageError) in
      let attack = SGA(
        steps: try spelling.takeCount("steps", default: 10),
        relativeStep: try spelling.takeNumber("step", "a number above 0") { $0 > 0 },
        noise: try spelling.takeNumber("noise", "a number of at least 0") { $0 >= 0 } ?? 0.05)
      return [
        AttackRecipe(
          name: "sga", attack: try spelling.takeCombinators(around: attack),
          objective: TruthCosine(), restarts: try spelling.takeCount("restarts", default: 1))
      ]
    },
    AttackEntry(
      "apgd-rank", "Auto-PGD on how far the rank-th rival is above the best true partner",
      source: "Croce and Hein, 2020", passes: "101 F + 100 B",
      options: ["steps=100", "restarts=1", "rank=1"] + combinatorOptions
    ) { (spelling, norm) throws(UsageError) in
      let rank = try spelling.takeCount("rank", default: 1)
      let attack = autoPGD(steps: try spelling.takeCount("steps", default: 100), norm)
      return [
        AttackRecipe(
          name: rank == 1 ? "apgd-rank" : "apgd-rank-\(rank)",
          attack: try spelling.takeCombinators(around: attack),
          objective: RankMargin(rank: rank),
          restarts: try spelling.takeCount("restarts", default: 1))
      ]
    },
  ]

  private static let searchOptions = ["steps=20", "search=pgd"]

  /// The loop of the paper, which starts at the input and takes T steps of ε/T; or Auto-PGD.
  private static func searching(
    _ spelling: inout Spelling, _ norm: Norm, _ name: String, _ objective: any Objective,
    targets: Int = 0
  ) throws(UsageError) -> AttackRecipe {
    let isStrong =
      try spelling.take("search", "pgd or apgd") { ["pgd": false, "apgd": true][$0] } ?? false
    let steps = try spelling.takeCount("steps", default: isStrong ? 100 : 20)
    let attack: any Attack =
      isStrong
      ? autoPGD(steps: steps, norm)
      : PGD(steps: steps, relativeStep: 1 / Double(steps), randomStart: false)
    return AttackRecipe(
      name: isStrong ? "\(name)-apgd" : name, attack: try spelling.takeCombinators(around: attack),
      objective: objective, targets: targets)
  }

  /// Auto-PGD, which in L1 has a form of its own.
  private static func autoPGD(steps: Int, _ norm: Norm) -> any Attack {
    norm == .l1 ? SparseAPGD(iterations: steps) : APGD(steps: steps)
  }
}
