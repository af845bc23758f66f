/// When a sample may leave an attack.
public enum StopRule: String, Sendable, Hashable, Codable {
  /// At its first verified success, which then holds at every larger radius. For verdicts.
  case firstSuccess
  /// After the whole budget at every radius, with the input of highest loss among those that fool
  /// the model, or among all if none does. For inputs that are shown to another model, which
  /// must not sit on the boundary of this one.
  case fullBudget
}

/// Whether the radii of a sample share successes.
public enum Budgets: String, Sendable, Hashable, Codable, CaseIterable {
  /// A success at a radius counts at every larger one, which is not attacked again.
  case nested
  /// Nothing: each radius is attacked from the beginning, as the reference does.
  case independent
}
