import HoldfastFormats

/// How a file of events becomes the pixels that a model takes: a slice, its picture, and what a model
/// of pictures does with one.
///
/// A picture (JPEG, PNG) is taken as events that were rendered before; slice, sensor and renderer
/// have no part in it.
public struct EventPreprocessor: Hashable, Sendable, Codable {
  /// Which events are looked at.
  public var slice: EventSlice

  /// How they become a picture.
  public var renderer: EventRenderer

  /// The pixels of the sensor of files; nil for as many as the largest coordinates of a file need.
  public var sensor: ImageSize?

  /// What becomes of the picture.
  public var image: ImagePreprocessor

  /// Creates a preprocessor.
  public init(
    slice: EventSlice = EventSlice(), renderer: EventRenderer = .rgb, sensor: ImageSize? = nil,
    image: ImagePreprocessor = .clip()
  ) {
    self.slice = slice
    self.renderer = renderer
    self.sensor = sensor
    self.image = image
  }
}

extension EventPreprocessor: Preparation {
  /// `(3, H, W)`.
  public var outputShape: [Int]? { image.outputShape }

  /// Pixels of the rendered events in [0, 1], channel by channel: `(3, H, W)`.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    switch source {
    case .medium(.events(let events)): return try prepare(events, name: "")
    case .medium(.image): return try image.prepare(source)
    case .medium: throw MediaError("these are not events", hint: "the model takes events")
    case .bytes(let bytes, let name): return try prepare(bytes, name: name)
    case .file(let path):
      return try prepare(FileReader.bytes(of: path), name: path)
    }
  }

  private func prepare(_ bytes: [UInt8], name: String) throws -> PreparedInput {
    if ImageFormat(of: bytes) != nil { return try image.prepare(.bytes(bytes, name: name)) }
    return try prepare(decodeEvents(bytes, name: name, sensor: sensor), name: name)
  }

  private func prepare(_ events: EventStream, name: String) throws -> PreparedInput {
    do {
      return try image.prepare(.medium(.image(renderer(slice(events)))))
    } catch let error as MediaError where error.file.isEmpty {
      throw MediaError(error.what, file: name, hint: error.hint)
    }
  }
}
