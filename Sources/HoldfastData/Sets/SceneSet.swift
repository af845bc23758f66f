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

  /// The first `samples` scenes of a split.
  public init(generator: SceneGenerator, split: SceneSplit, size: Int, samples: Int) {
    self.generator = generator
    self.split = split
    self.size = size
    self.samples = samples
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

  /// A visit from the first scene on.
  public func makeCursor() throws -> any DataCursor { Cursor(set: self) }

  private struct Cursor: DataCursor {
    let set: SceneSet
    var index = 0

    mutating func next() throws -> DataItem? {
      guard index < set.samples else { return nil }
      defer { index += 1 }
      let scene = set.generator.scene(set.split, index)
      let picture = try SceneDrawing.render(scene, size: set.size)
      let id = "\(set.split.rawValue)/\(index)"
      return DataItem(
        id: id, label: scene.shape.index, file: "scene \(id)",
        content: .image(
          try Image(width: picture.width, height: picture.height, pixels: picture.rgb)))
    }
  }
}
