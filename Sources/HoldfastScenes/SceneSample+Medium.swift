public import HoldfastMedia

extension SceneSample {
  /// The sample as preparations of encoders take it; heat is a grey picture.
  ///
  /// - Throws: ``SceneError`` for captions, which are not media.
  public func medium() throws -> Medium {
    switch self {
    case .image(let picture): return .image(try Image(picture))
    case .heat(let heat): return .image(try Image(SceneImage(heat)))
    case .events(let events): return .events(try EventStream(events))
    case .sound(let wave): return .sound(try Sound(wave))
    case .film(let frames): return .clip(try Clip(frames: frames.map { try Image($0) }))
    case .points(let cloud): return .points(try PointCloud(coordinates: cloud.xyz))
    case .words:
      throw SceneError(
        what: "captions of scenes are not samples of a data set", where: "modality",
        hint: "write them to files, or choose another modality")
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
