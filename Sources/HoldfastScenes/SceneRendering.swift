/// A scene as one modality has it.
public enum SceneSample: Hashable, Sendable {
  /// A drawing.
  case image(SceneImage)
  /// A film, frame by frame.
  case film([SceneImage])
  /// A sound.
  case sound(SceneWaveform)
  /// A picture of heat.
  case heat(SceneGrayImage)
  /// Points in space.
  case points(ScenePointCloud)
  /// What an event camera reports.
  case events(SceneEventStream)
  /// A caption.
  case words(String)
}

/// How scenes are made for a modality; a setting that the modality has no use for is skipped.
public struct SceneRendering: Codable, Hashable, Sendable {
  /// The modality.
  public var sense: SceneSense
  /// The side of pictures, frames and sensors, in pixels.
  public var size: Int
  /// The number of frames of a film.
  public var frames: Int
  /// The samples in a second of sound.
  public var rate: Int
  /// The length of a sound.
  public var seconds: Double
  /// The number of points.
  public var points: Int

  /// Settings for a modality; without a size, that of the modality's own renderer.
  public init(
    _ sense: SceneSense, size: Int? = nil, frames: Int = 8, rate: Int = 16_000,
    seconds: Double = 1, points: Int = 1024
  ) {
    self.sense = sense
    self.size = size ?? (sense == .event ? 64 : SceneDrawing.recommendedSize)
    self.frames = frames
    self.rate = rate
    self.seconds = seconds
    self.points = points
  }

  /// Makes a scene for the modality; the same on every platform.
  ///
  /// Throws when a setting is outside what the modality's renderer accepts.
  public func render(_ scene: SceneDescription) throws(SceneError) -> SceneSample {
    switch sense {
    case .image: .image(try SceneDrawing.render(scene, size: size))
    case .video: .film(try SceneFilm.render(scene, frames: frames, size: size))
    case .audio: .sound(try SceneSound.render(scene, rate: rate, seconds: seconds))
    case .thermal: .heat(try SceneHeat.render(scene, size: size))
    case .points: .points(try ScenePoints.render(scene, count: points))
    case .event: .events(try SceneEvents.render(scene, size: size))
    case .text: .words(SceneCaptions.caption(scene))
    }
  }

  /// The settings in words, such as `size=48`, without those that the modality has no use for.
  public var settings: String {
    switch sense {
    case .image, .thermal, .event: "size=\(size)"
    case .video: "frames=\(frames),size=\(size)"
    case .audio: "rate=\(rate),seconds=\(seconds)"
    case .points: "points=\(points)"
    case .text: ""
    }
  }
}
