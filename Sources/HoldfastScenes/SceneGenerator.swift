import HoldfastCore

/// An endless, indexed supply of scenes.
///
/// `scene(split, index)` depends on the seed, the split and the index alone, so any scene can be
/// had at any time, in any order, by any process. Index `i` shows shape `i % 20`; as the index
/// grows, each shape goes through all its combinations of colour and texture in turn.
public struct SceneGenerator: Codable, Hashable, Sendable {
  /// The seed of the whole supply.
  public let seed: UInt64

  /// Opens the supply of `seed`.
  public init(seed: UInt64 = 0) {
    self.seed = seed
  }

  /// The names of the classes, in the order of the labels.
  public static var classNames: [String] { SceneShape.allCases.map(\.className) }

  /// The scene number `index` of a split.
  public func scene(_ split: SceneSplit, _ index: Int) -> SceneDescription {
    let shapes = SceneShape.allCases
    let (round, label) = index.flooredDivision(by: shapes.count)
    let combinations = Self.combinations[split.index][label]
    let turn = round.flooredDivision(by: combinations.count).remainder
    let (color, texture) = combinations[(turn + 7 * label) % combinations.count]

    let sceneSeed = seedOfScene(split, index)
    var random = SplitMix64(seed: sceneSeed)
    return SceneDescription(
      shape: shapes[label], color: color, texture: texture,
      position: random.pick(ScenePosition.allCases) ?? .center,
      size: random.pick(SceneSize.allCases) ?? .medium,
      tilt: random.integer(in: -20...20),
      background: random.pick(SceneBackground.allCases) ?? .plain,
      backgroundColor: random.pick(color.contrastingBackgrounds) ?? .white,
      seed: sceneSeed)
  }

  /// The scene's own seed; its two highest bits are the split, so no two splits share a seed.
  private func seedOfScene(_ split: SceneSplit, _ index: Int) -> UInt64 {
    var random = SplitMix64(seed: seed, stream: UInt64(bitPattern: Int64(index)))
    return UInt64(split.index) << 62 | random.next() >> 2
  }

  /// For each split and label, the combinations to go through.
  private static let combinations = SceneSplit.allCases.map { split in
    SceneShape.allCases.map { split.combinations(of: $0) }
  }
}

extension Int {
  /// Quotient and remainder with a remainder that is never negative; the divisor is positive.
  fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
