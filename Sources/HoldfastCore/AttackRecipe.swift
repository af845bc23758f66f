/// An attack with its objective and its number of restarts and targets: one line of a plan.
public struct AttackRecipe: Sendable {
  /// The name in tables and records.
  public let name: String
  /// The attack.
  public let attack: any Attack
  /// The objective that the attack maximises.
  public let objective: any Objective
  /// The runs from other starts that a sample faces before it counts as robust; at least 1.
  public let restarts: Int
  /// The number of classes that runs aim at in turn, the likeliest first; 0 for an untargeted attack.
  public let targets: Int
  /// Whether it goes first, to fool easy samples at a low cost.
  ///
  /// Samples that it does not fool face all later attacks, so it changes the cost of a verdict and
  /// never its strength. It may search in a cheaper precision.
  public let isScreen: Bool

  /// Creates a recipe.
  public init(
    name: String, attack: any Attack, objective: any Objective, restarts: Int = 1,
    targets: Int = 0, isScreen: Bool = false
  ) {
    self.name = name
    self.attack = attack
    self.objective = objective
    self.restarts = restarts
    self.targets = targets
    self.isScreen = isScreen
  }

  /// Whether each sample must bring an embedding to aim at.
  public var needsGoal: Bool { objective.needsGoal }

  /// Whether it searches in bfloat16 at the given precision.
  public func searchesInBFloat16(at precision: SearchPrecision) -> Bool {
    switch precision {
    case .float32: false
    case .mixed: isScreen && !attack.needsFloat32
    case .bfloat16: !attack.needsFloat32
    }
  }

  /// The same attack towards the one class that each sample is given to reach, its only rival.
  ///
  /// - Throws: `UsageError` for an attack that knows no classes.
  public func towardsTarget() throws(UsageError) -> AttackRecipe {
    guard let objective = objective.towardsTarget else {
      throw UsageError(
        "\(name) cannot aim at a class", hint: "leave it out, or leave the target out")
    }
    return AttackRecipe(
      name: name, attack: attack, objective: objective, restarts: restarts, targets: 1,
      isScreen: isScreen)
  }

  /// The same recipe with `factor` times the steps; nil for an attack whose steps are fixed.
  public func lengthened(by factor: Int) -> AttackRecipe? {
    guard let longer = attack.lengthened(by: factor) else { return nil }
    return AttackRecipe(
      name: "\(name) of \(longer.steps) steps", attack: longer, objective: objective,
      restarts: restarts, targets: targets)
  }

  /// The same recipe under another name, which also gives it other noise.
  public func named(_ name: String) -> AttackRecipe {
    AttackRecipe(
      name: name, attack: attack, objective: objective, restarts: restarts, targets: targets,
      isScreen: isScreen)
  }
}

extension AttackRecipe: Hashable {
  /// Whether two recipes are the same attack, under the same name.
  public static func == (a: AttackRecipe, b: AttackRecipe) -> Bool {
    a.name == b.name && AnyHashable(a.attack) == AnyHashable(b.attack)
      && AnyHashable(a.objective) == AnyHashable(b.objective) && a.restarts == b.restarts
      && a.targets == b.targets && a.isScreen == b.isScreen
  }

  /// Feeds the name and the parameters into `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(attack)
    hasher.combine(objective)
    hasher.combine(restarts)
    hasher.combine(targets)
    hasher.combine(isScreen)
  }
}
