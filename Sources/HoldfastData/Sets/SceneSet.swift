import HoldfastMedia

/// The built-in scenes as a data set: drawn, or made for another sense, when their turn comes.
public struct SceneSet: DataSet {
  /// The supply.
  public let generator: SceneGenerator
  /// What the scenes may be used for.
  public let split: SceneSplit
  /// The sense that they are made for, and how.
  public let rendering: SceneRendering
  /// How many scenes are visited.
  public let samples: Int
  /// The seed of a random order, drawn with replacement; none for the order of the indices.
  public let shuffle: UInt64?

  /// The first `samples` scenes of a split, for a sense.
  ///
  /// - Parameter shuffle: takes scenes at random instead. To learn from, scenes must come in random
  ///   order: neighbours share colours, which would stand in for their shapes.
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
  /// The supply, spelled out.
  public var path: String {
    let sense = rendering.sense == .image ? "" : "sense=\(rendering.sense.rawValue),"
    return "scenes:\(split.rawValue),\(sense)seed=\(generator.seed),\(rendering.settings)"
  }
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
      let id = "\(set.split.rawValue)/\(index)"
      return DataItem(
        id: id, label: scene.label, file: "scene \(id)",
        content: .medium(try set.rendering.render(scene).medium()))
    }
  }
}

extension SceneSample {
  /// The sample as encoders' preparations take it: heat as a grey picture.
  func medium() throws -> Medium {
    switch self {
    case .image(let picture): return .image(try Image(picture))
    case .heat(let heat): return .image(try Image(SceneImage(heat)))
    case .events(let events): return .events(try EventStream(events))
    case .sound(let wave): return .sound(try Sound(wave))
    case .film(let frames): return .clip(try Clip(frames: frames.map { try Image($0) }))
    case .points(let cloud): return .points(try PointCloud(coordinates: cloud.xyz))
    case .words:
      throw SceneError(
        what: "words of a scene are no samples of a data set", where: "sense",
        hint: "write them to files, or choose another sense")
    }
  }
}

extension Image {
  /// A scene's picture.
  init(_ picture: SceneImage) throws(MediaError) {
    try self.init(width: picture.width, height: picture.height, pixels: picture.rgb)
  }
}

extension Sound {
  /// A scene's sound.
  init(_ wave: SceneWaveform) throws(MediaError) {
    try self.init(rate: wave.rate, channels: [wave.samples])
  }
}

extension EventStream {
  /// A scene's events.
  init(_ events: SceneEventStream) throws(MediaError) {
    try self.init(
      sensor: ImageSize(width: events.width, height: events.height), x: events.x, y: events.y,
      time: events.time, polarity: events.polarity)
  }
}
