import HoldfastMedia

/// The built-in scenes as a data set: drawn when their turn comes.
public struct SceneSet: DataSet {
  /// The supply.
  public let generator: SceneGenerator
  /// What the scenes may be used for.
  public let split: SceneSplit
  /// The side of a picture in pixels.
  public let size: Int
  /// How many scenes are visited.
  public let samples: Int
  /// The seed of a random order, drawn with replacement; none for the order of the indices.
  public let shuffle: UInt64?

  /// The first `samples` scenes of a split.
  ///
  /// - Parameter shuffle: takes scenes at random instead. To learn from, scenes must come in random
  ///   order: neighbours share colours, which would stand in for their shapes.
  public init(
    generator: SceneGenerator, split: SceneSplit, size: Int, samples: Int, shuffle: UInt64? = nil
  ) {
    self.generator = generator
    self.split = split
    self.size = size
    self.samples = samples
    self.shuffle = shuffle
  }

  /// `scenes`.
  public var layout: String { "scenes" }
  /// The supply, spelled out.
  public var path: String { "scenes:\(split.rawValue),seed=\(generator.seed),size=\(size)" }
  /// The shapes.
  public var classNames: [String]? { SceneGenerator.classNames }
  /// The number that was asked for.
  public var count: Int? { samples }
  /// None, as the path says all.
  public var listing: String? { nil }

  /// The index of the scene that is visited at a position.
  public func index(at position: Int) -> Int {
    guard let shuffle else { return position }
    var random = SplitMix64(seed: shuffle, stream: UInt64(position))
    return Int(random.next() >> 24)
  }

  /// A visit from the first scene on.
  public func makeCursor() throws -> any DataCursor { Cursor(set: self) }

  private struct Cursor: DataCursor {
    let set: SceneSet
    var position = 0

    mutating func next() throws -> DataItem? {
      guard position < set.samples else { return nil }
      defer { position += 1 }
      let index = set.index(at: position)
      let scene = set.generator.scene(set.split, index)
      let picture = try SceneDrawing.render(scene, size: set.size)
      let id = "\(set.split.rawValue)/\(index)"
      return DataItem(
        id: id, label: scene.shape.index, file: "scene \(id)",
        content: .medium(
          .image(
            try Image(width: picture.width, height: picture.height, pixels: picture.rgb))))
    }
  }
}
