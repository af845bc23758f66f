import HoldfastTensor

/// How a picture of heat becomes a thermal model's pixels in [0, 1].
///
/// Normalisation is the encoder's, as with ``ImagePreprocessor``.
public struct ThermalPreprocessor: Codable, Hashable, Sendable {
  /// The model family whose preparation it follows.
  public enum Convention: String, Codable, Hashable, Sendable {
    /// One channel: grey, Pillow's bicubic resize of the short side in 8 bits, centre crop, x / 255.
    case imageBind
    /// Three channels, as ``PlanePreprocessor`` makes them.
    case languageBind
  }

  /// The model family whose preparation it follows.
  public var convention: Convention

  /// The side S of the result.
  public var side: Int

  /// The values of a 16-bit picture that become 0 and 255; those between become 8 bits in proportion.
  ///
  /// Counts of a camera fill a small part of 16 bits: give the part that the scene has. Pillow, and so
  /// the released code, has no use for them and makes everything above 255 white.
  public var counts: ClosedRange<Int>

  /// Creates a preprocessor.
  public init(convention: Convention, side: Int = 224, counts: ClosedRange<Int> = 0...65535) {
    self.convention = convention
    self.side = side
    self.counts = counts
  }

  /// ImageBind's and UniBind's, `(1, 224, 224)`.
  public static func imageBind() -> ThermalPreprocessor {
    ThermalPreprocessor(convention: .imageBind)
  }

  /// LanguageBind's, `(3, 224, 224)`.
  public static func languageBind() -> ThermalPreprocessor {
    ThermalPreprocessor(convention: .languageBind)
  }

  /// ImageBind's way at another size, `(1, side, side)`, for small models.
  public static func general(side: Int) -> ThermalPreprocessor {
    ThermalPreprocessor(convention: .imageBind, side: side)
  }
}

extension ThermalPreprocessor: Preparation {
  /// `(1, S, S)`, or `(3, S, S)` for LanguageBind.
  public var outputShape: [Int]? { [convention == .imageBind ? 1 : 3, side, side] }

  /// Pixels in [0, 1], channel by channel.
  ///
  /// - Throws: ``MediaError`` also when the settings cannot be a model's.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    guard counts.lowerBound < counts.upperBound, counts.lowerBound >= 0, counts.upperBound < 65536
    else {
      throw MediaError(
        "pictures of 16 bits have no values from \(counts.lowerBound) to "
          + "\(counts.upperBound)")
    }
    switch convention {
    case .imageBind:
      let (gray, name) = try source.gray(for: "pictures of heat")
      return try naming(name) { try onePlane(eightBits(gray).rgb) }
    case .languageBind:
      let (image, name) = try image(of: source)
      return try naming(name) { try PlanePreprocessor(side: side).prepare(image) }
    }
  }

  private func eightBits(_ gray: GrayImage) -> GrayImage {
    gray.depth == 8 ? gray : gray.eightBits(counts)
  }

  private func onePlane(_ image: Image) throws -> PreparedInput {
    let pixels = try ImagePreprocessor.clip(size: side).prepare(image)
    return try PreparedInput(
      values: Array(pixels.planarFloats().prefix(side * side)), shape: [1, side, side])
  }

  /// The picture in colours; a grey one of 16 bits in three equal channels.
  private func image(of source: MediaSource) throws -> (Image, String) {
    if case .medium(.image) = source { return try source.image(for: "pictures of heat") }
    let (gray, name) = try source.gray(for: "pictures of heat")
    return gray.depth == 16
      ? (eightBits(gray).rgb, name) : try source.image(for: "pictures of heat")
  }
}
