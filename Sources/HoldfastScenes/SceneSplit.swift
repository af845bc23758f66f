/// What a scene may be used for.
///
/// Splits hold out combinations, not only seeds: each triple of shape, colour and texture belongs
/// to one split. The triples are dealt by a Latin design, `(shape + colour + 2 · texture) mod 10`:
/// 0 is evaluation, 1 is validation, the rest is training. Of 1,000 triples that makes 800, 100 and
/// 100, the same number for every shape, colour and texture, and every pair of values occurs in
/// training: of each shape and colour, 4 of 5 textures; of each shape and texture, 8 of 10 colours;
/// of each colour and texture, 16 of 20 shapes.
public enum SceneSplit: String, CaseIterable, Codable, Hashable, Sendable {
  /// Combinations to learn from.
  case train
  /// Held-out combinations to choose hyper-parameters by.
  case validation
  /// Held-out combinations to report numbers on.
  case evaluation

  /// The split that a combination belongs to.
  public init(shape: SceneShape, color: SceneColor, texture: SceneTexture) {
    switch (shape.index + color.index + 2 * texture.index) % 10 {
    case 0: self = .evaluation
    case 1: self = .validation
    default: self = .train
    }
  }

  /// The colours and textures in which this split shows a shape, in a fixed order.
  public func combinations(of shape: SceneShape) -> [(color: SceneColor, texture: SceneTexture)] {
    SceneColor.allCases.flatMap { color in
      SceneTexture.allCases.compactMap { texture in
        SceneSplit(shape: shape, color: color, texture: texture) == self ? (color, texture) : nil
      }
    }
  }
}
