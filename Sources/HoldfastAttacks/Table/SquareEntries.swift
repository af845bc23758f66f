import HoldfastCore

/// The attacks that look at scores alone.
extension AttackTable {
  static let squareEntries: [AttackEntry] = [
    AttackEntry(
      "square", "random search patch by patch; needs no gradient, so masking does not stop it",
      source: "Andriushchenko et al., 2020", passes: "5000 F",
      options: ["queries=5000", "p=0.8", "restarts=1", "rescale=false", "parity=false"]
    ) { (spelling, _) throws(UsageError) in
      [
        AttackRecipe(
          name: "square",
          attack: Square(
            queries: try spelling.takeCount("queries", default: 5000),
            share: try spelling.takeNumber("p", "a number above 0, at most 1") {
              $0 > 0 && $0 <= 1
            } ?? 0.8,
            rescale: try spelling.takeFlag("rescale", default: false),
            parity: try spelling.takeFlag("parity", default: false)),
          objective: Margin(), restarts: try spelling.takeCount("restarts", default: 1))
      ]
    }
  ]
}
