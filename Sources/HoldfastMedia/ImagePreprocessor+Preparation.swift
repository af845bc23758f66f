import HoldfastFormats

extension ImagePreprocessor: Preparation {
  /// `(3, H, W)`; nil when it depends on the image.
  public var outputShape: [Int]? { outputSize.map { [3, $0.height, $0.width] } }

  /// Pixels in [0, 1], channel by channel: `(3, H, W)`.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let image = try prepare(Self.image(from: source, background: background))
    return try PreparedInput(
      values: image.planarFloats(), shape: [3, image.height, image.width])
  }

  /// The picture in a source; `background` as for ``decodeImage(_:name:limits:background:)``.
  static func image(from source: MediaSource, background: UInt8?) throws -> Image {
    switch source {
    case .medium(.image(let image)): image
    case .medium: throw MediaError("this is not a picture", hint: "the model takes pictures")
    case .bytes(let bytes, let name): try decodeImage(bytes, name: name, background: background)
    case .file(let path):
      try decodeImage(FileReader.bytes(of: path), name: path, background: background)
    }
  }
}
