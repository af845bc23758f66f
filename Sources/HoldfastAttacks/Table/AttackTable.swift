public import HoldfastCore

/// One attack, or ensemble of attacks, that a user can name.
public struct AttackEntry: Sendable {
  /// The name.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// The publication that describes it.
  public let source: String
  /// The cost of a sample that is not fooled, at the default options, in forward (F) and backward
  /// (B) passes.
  public let passes: String
  /// The options it takes, with their defaults, as `key=value`.
  public let options: [String]
  /// The norms it can be measured in.
  public let norms: [Norm]
  let make: @Sendable (inout Spelling, Norm) throws(UsageError) -> [AttackRecipe]

  /// The losses at the default options, each once.
  public var objectives: [any Objective] {
    var losses: [any Objective] = []
    for norm in norms {
      guard let recipes = try? AttackTable.recipes(name, norm: norm) else { continue }
      for loss in recipes.map(\.objective)
      where !losses.contains(where: { type(of: $0).name == type(of: loss).name }) {
        losses.append(loss)
      }
    }
    return losses
  }

  /// An entry for what `make` reads from a spelling.
  init(
    _ name: String, _ summary: String, source: String, passes: String, options: [String],
    norms: [Norm] = Norm.allCases,
    make: @escaping @Sendable (inout Spelling, Norm) throws(UsageError) -> [AttackRecipe]
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.passes = passes
    self.options = options
    self.norms = norms
    self.make = make
  }
}

/// Every attack there is: the source of parsing, listings, and the test of the invariants.
public enum AttackTable {
  /// The lines, in the order they are listed.
  public static let entries: [AttackEntry] =
    gradientEntries + embeddingEntries + retrievalEntries + smallestEntries + squareEntries
    + ensembleEntries

  /// The recipes of a text such as `apgd-ce:steps=50,restarts=2`: several for an ensemble.
  public static func recipes(
    _ text: String, norm: Norm = .linf
  ) throws(UsageError) -> [AttackRecipe] {
    var spelling = try Spelling(text)
    guard let entry = entries.first(where: { $0.name == spelling.name }) else {
      let near = nearest(spelling.name, among: entries.map(\.name))
      throw UsageError(
        "unknown attack `\(spelling.name)`",
        hint: near.isEmpty
          ? "`holdfast list attacks` names them all"
          : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
    }
    guard entry.norms.contains(norm) else {
      throw UsageError(
        "\(entry.name) is not made for \(norm.rawValue)",
        hint: "it takes \(entry.norms.map(\.rawValue).joined(separator: ", "))")
    }
    let recipes = try entry.make(&spelling, norm)
    try spelling.finish(known: entry.options)
    return recipes
  }

  /// The recipe of a single attack, such as `pgd:steps=20`.
  public static func recipe(_ text: String, norm: Norm = .linf) throws(UsageError) -> AttackRecipe {
    let recipes = try recipes(text, norm: norm)
    guard recipes.count == 1 else {
      throw UsageError("`\(text)` is an ensemble of attacks", hint: "name one of its parts")
    }
    return recipes[0]
  }
}
