import HoldfastCore
public import HoldfastData
import HoldfastMedia
public import HoldfastScenes

/// The built-in scenes as a data set: drawn, or made for another modality, when their turn comes.
public struct SceneSet: DataSet {
  /// The generator of the scenes.
  public let generator: SceneGenerator
  /// What the scenes may be used for.
  public let split: SceneSplit
  /// The modality that they are made for, and how.
  public let rendering: SceneRendering
  /// How many scenes are visited.
  public let samples: Int
  /// The seed of a random order, drawn with replacement; nil for the order of the indices.
  public let shuffle: UInt64?

  /// The first `samples` scenes of a split, for a modality.
  ///
  /// - Parameter shuffle: takes scenes at random instead. Training needs scenes in random order:
  ///   neighbours share colours, which would be learned in place of shapes.
  public init(
    generator: SceneGenerator, split: SceneSplit, rendering: SceneRendering, samples: Int,
    shuffle: UInt64? = nil
  ) {
    self.generator = generator
    self.split = split
    self.rendering = rendering
    self.samples = samples
    self.shuffle = shuffle
  }

  /// The first `samples` scenes of a split as pictures of `size` pixels a side.
  public init(
    generator: SceneGenerator, split: SceneSplit, size: Int, samples: Int, shuffle: UInt64? = nil
  ) {
    self.init(
      generator: generator, split: split, rendering: SceneRendering(.image, size: size),
      samples: samples, shuffle: shuffle)
  }

  /// `scenes`.
  public var layout: String { "scenes" }
  /// The scenes, as text with all settings.
  public var path: String {
    let sense = rendering.sense == .image ? "" : "sense=\(rendering.sense.rawValue),"
    return "scenes:\(split.rawValue),\(sense)seed=\(generator.seed),\(rendering.settings)"
  }
  /// The names of the shapes.
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

  /// The scenes by their positions; each is made when it is asked for.
  public func indexed() throws -> any IndexedSet { IndexedScenes(scenes: self) }

  private struct Cursor: DataCursor {
    let set: SceneSet
    var position = 0

    mutating func next() throws -> DataItem? {
      guard position < set.samples else { return nil }
      defer { position += 1 }
      return try set.item(at: position)
    }
  }

  private struct IndexedScenes: IndexedSet {
    let scenes: SceneSet

    var source: any DataSet { scenes }
    var count: Int { scenes.samples }
    func id(at place: Int) -> String { scenes.id(at: place) }
    func label(at place: Int) -> Int { scenes.scene(at: place).label }
    func item(at place: Int) throws -> DataItem { try scenes.item(at: place) }
  }

  private func scene(at position: Int) -> SceneDescription {
    generator.scene(split, index(at: position))
  }

  private func id(at position: Int) -> String { "\(split.rawValue)/\(index(at: position))" }

  private func item(at position: Int) throws -> DataItem {
    let scene = scene(at: position)
    let id = id(at: position)
    return DataItem(
      id: id, label: scene.label, file: "scene \(id)",
      content: .medium(try rendering.render(scene).medium()))
  }
}
