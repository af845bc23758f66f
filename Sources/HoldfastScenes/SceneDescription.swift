import HoldfastCore

/// What is in a scene, in values that belong to no modality.
///
/// A description says what can be told in words. What only one modality has (for pictures: the
/// exact place, the light, the noise) is drawn by that modality from `seed`, each from a stream of
/// its own, so that a scene may be drawn, filmed, heard or told, and always be the same scene.
public struct SceneDescription: Codable, Hashable, Sendable {
  /// The class to be recognised.
  public var shape: SceneShape
  /// The colour of the shape.
  public var color: SceneColor
  /// The filling of the shape.
  public var texture: SceneTexture
  /// The place of the shape.
  public var position: ScenePosition
  /// How large the shape is.
  public var size: SceneSize
  /// How far the shape leans clockwise, in degrees; the generator stays within ±20.
  public var tilt: Int
  /// The pattern behind the shape.
  public var background: SceneBackground
  /// The colour behind the shape; the generator keeps it well apart from `color`.
  public var backgroundColor: SceneColor
  /// The source of everything that one modality alone decides.
  public var seed: UInt64

  /// Describes a scene value by value.
  public init(
    shape: SceneShape, color: SceneColor, texture: SceneTexture, position: ScenePosition = .center,
    size: SceneSize = .large, tilt: Int = 0, background: SceneBackground = .plain,
    backgroundColor: SceneColor, seed: UInt64 = 0
  ) {
    self.shape = shape
    self.color = color
    self.texture = texture
    self.position = position
    self.size = size
    self.tilt = tilt
    self.background = background
    self.backgroundColor = backgroundColor
    self.seed = seed
  }

  /// The split that this combination of shape, colour and texture belongs to.
  public var split: SceneSplit {
    SceneSplit(shape: shape, color: color, texture: texture)
  }

  /// The class number, from zero, in the order of `SceneShape.allCases`.
  public var label: Int { shape.label }

  /// The random numbers that one modality takes for this scene.
  func randomness(for sense: SceneSense) -> SplitMix64 {
    SplitMix64(seed: seed, stream: sense.stream)
  }
}
