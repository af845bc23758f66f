public import HoldfastCore

/// One attack that a user can name.
public struct AttackEntry: Sendable {
  /// The name.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// The options it takes, with their defaults, as `key=value`.
  public let options: [String]
  let make: @Sendable (inout Spelling) throws(UsageError) -> AttackRecipe
}

/// Every attack there is: the source of parsing, listings, and the test of the invariants.
public enum AttackTable {
  /// The lines, in the order they are listed.
  public static let entries: [AttackEntry] = [
    AttackEntry(
      name: "fgsm", summary: "one step of the whole radius (Goodfellow et al., 2015)", options: []
    ) { (_) throws(UsageError) in
      AttackRecipe(name: "fgsm", attack: FGSM(), objective: CrossEntropy())
    },
    AttackEntry(
      name: "pgd", summary: "projected gradient descent on cross-entropy (Madry et al., 2018)",
      options: ["steps=10", "step=2.5/steps", "restarts=1", "random-start=true"]
    ) { (spelling) throws(UsageError) in
      AttackRecipe(
        name: "pgd",
        attack: PGD(
          steps: try spelling.takeCount("steps", default: 10),
          relativeStep: try spelling.takeNumber("step", "a number above 0") { $0 > 0 },
          randomStart: try spelling.takeFlag("random-start", default: true)),
        objective: CrossEntropy(), restarts: try spelling.takeCount("restarts", default: 1))
    },
    AttackEntry(
      name: "apgd-ce", summary: "Auto-PGD on cross-entropy (Croce and Hein, 2020)",
      options: apgdOptions
    ) { (spelling) throws(UsageError) in
      try apgd(&spelling, name: "apgd-ce", objective: CrossEntropy())
    },
    AttackEntry(
      name: "apgd-embedding",
      summary: "Auto-PGD on the distance from the clean embedding; needs no label",
      options: apgdOptions
    ) { (spelling) throws(UsageError) in
      let recipe = try apgd(&spelling, name: "apgd-embedding", objective: EmbeddingDistance())
      guard (recipe.attack as? APGD)?.randomStart == true else {
        throw UsageError(
          "apgd-embedding cannot start at the input itself, where its gradient is 0",
          hint: "leave random-start=false out")
      }
      return recipe
    },
  ]

  /// The attack that a user spells, such as `apgd-ce:steps=50,restarts=2`.
  public static func recipe(_ text: String) throws(UsageError) -> AttackRecipe {
    var spelling = try Spelling(text)
    guard let entry = entries.first(where: { $0.name == spelling.name }) else {
      let near = nearest(spelling.name, among: entries.map(\.name))
      throw UsageError(
        "there is no attack `\(spelling.name)`",
        hint: near.isEmpty
          ? "`holdfast list attacks` names them all"
          : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
    }
    let recipe = try entry.make(&spelling)
    try spelling.finish(known: entry.options)
    return recipe
  }

  private static let apgdOptions = [
    "steps=100", "restarts=1", "rho=0.75", "random-start=true", "parity=false",
  ]

  private static func apgd(
    _ spelling: inout Spelling, name: String, objective: any Objective
  ) throws(UsageError) -> AttackRecipe {
    AttackRecipe(
      name: name,
      attack: APGD(
        steps: try spelling.takeCount("steps", default: 100),
        rho: try spelling.takeNumber("rho", "a number of [0, 1]") { (0...1).contains($0) } ?? 0.75,
        randomStart: try spelling.takeFlag("random-start", default: true),
        parity: try spelling.takeFlag("parity", default: false)),
      objective: objective, restarts: try spelling.takeCount("restarts", default: 1))
  }
}
