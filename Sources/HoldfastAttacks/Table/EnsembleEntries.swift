import HoldfastCore

/// The ensembles: names for several attacks, of which each sample faces all until one fools it.
extension AttackTable {
  static let ensembleEntries: [AttackEntry] = [
    AttackEntry(
      "autoattack",
      "the ensemble of AutoAttack: standard, plus, rand, or the reduced forms gradient and binary",
      source: "Croce and Hein, 2020", passes: "6963 F + 1940 B",
      options: ["version=standard", "screen=true", "steps=100", "queries=5000", "targets=9"]
    ) { (spelling, norm) throws(UsageError) in
      let version =
        try spelling.take("version", "standard, plus, rand, gradient or binary") {
          AutoAttack(rawValue: $0)
        } ?? .standard
      let screens = try spelling.takeFlag("screen", default: version != .rand)
      let parts = version.parts(
        norm: norm, steps: try spelling.takeCount("steps", default: 100),
        queries: try spelling.takeCount("queries", default: 5000),
        targets: try spelling.take("targets", "a whole number of at least 1") {
          Int($0).flatMap { $0 > 0 ? $0 : nil }
        })
      var recipes = screens ? AttackTable.screens(norm) : []
      for part in parts { recipes += try AttackTable.recipes(part, norm: norm) }
      return recipes
    }
  ]

  /// A short Auto-PGD, whose step may halve at every one of its ten steps, and for what it leaves
  /// standing another towards the three likeliest classes.
  static func screens(_ norm: Norm) -> [AttackRecipe] {
    let attack: any Attack = norm == .l1 ? SparseAPGD(iterations: 10) : APGD(steps: 10)
    return [
      AttackRecipe(name: "screen", attack: attack, objective: CrossEntropy(), isScreen: true),
      AttackRecipe(
        name: "screen-t", attack: attack, objective: TargetedDifferenceOfLogitsRatio(), targets: 3,
        isScreen: true),
    ]
  }
}

/// The versions of AutoAttack, with the reference's settings.
///
/// Croce and Hein, 2020; specs: attacks, section 1.6. Few classes need no version of their own: a
/// sample has at most as many targets as wrong classes, and the ratios of logits fall back by
/// themselves.
enum AutoAttack: String {
  case standard, plus, rand
  /// APGD on cross-entropy and towards targets, as RobustVLM's zero-shot evaluation runs it.
  case gradient
  /// APGD on cross-entropy and Square, as CALMARS runs for two classes.
  case binary

  /// The attacks, as texts with their options.
  func parts(norm: Norm, steps: Int, queries: Int, targets: Int?) -> [String] {
    let ce = "apgd-ce:steps=\(steps)"
    let fab = "fab-t:steps=\(steps),targets=\(targets ?? 9)"
    let square = "square:queries=\(queries)"
    func towards(_ count: Int) -> String { "apgd-t:steps=\(steps),targets=\(targets ?? count)" }
    // In L1 the reference's standard form searches in larger balls first, restarts, and aims at fewer
    // classes.
    let first = norm == .l1 ? "\(ce),restarts=5,large-radii=true" : ce
    let second = norm == .l1 ? "\(towards(5)),large-radii=true" : towards(9)
    switch self {
    case .standard: return [first, second, fab, square]
    case .plus:
      return [
        "\(ce),restarts=5", "apgd-dlr:steps=\(steps),restarts=5", "fab:steps=\(steps),restarts=5",
        square, towards(9), fab,
      ]
    case .rand:
      return ["apgd-ce:steps=\(steps),draws=20", "apgd-dlr:steps=\(steps),draws=20"]
    case .gradient: return [first, second]
    case .binary: return [first, square]
    }
  }
}
