import HoldfastCore

/// The attacks that aim at a given embedding, of any modality.
extension AttackTable {
  static let embeddingEntries: [AttackEntry] = [
    AttackEntry(
      "illusion", "shrinking steps towards a given embedding", source: "Zhang et al., 2023",
      passes: "1001 F + 1000 B",
      options: ["steps=1000", "step=0.085", "decay=0.9", "every=100"]
    ) { (spelling, _) throws(UsageError) in
      let plain = Illusion()
      let attack = Illusion(
        steps: try spelling.takeCount("steps", default: plain.steps),
        relativeStep: try spelling.takeNumber("step", "a number above 0") { $0 > 0 }
          ?? plain.relativeStep,
        decay: try spelling.takeNumber("decay", "a number of (0, 1]") { $0 > 0 && $0 <= 1 }
          ?? plain.decay,
        interval: try spelling.takeCount("every", default: plain.interval))
      return [AttackRecipe(name: "illusion", attack: attack, objective: GoalCosine())]
    },
    apgd("apgd-goal", "Auto-PGD on the cosine to a given embedding", GoalCosine()),
  ]
}
