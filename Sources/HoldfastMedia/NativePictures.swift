import HoldfastFormats

/// Pictures at their own size, which is the same for all.
public struct NativePictures: Preparation {
  /// The size that every picture has.
  public let size: ImageSize
  /// The grey level that transparent pixels are laid on; nil when their alpha is dropped.
  public let background: UInt8?

  /// Pictures of a size.
  public init(size: ImageSize, background: UInt8? = nil) {
    self.size = size
    self.background = background
  }

  /// `(3, h, w)`.
  public var outputShape: [Int]? { [3, size.height, size.width] }

  /// Pixels in [0, 1], channel by channel: `(3, h, w)`.
  ///
  /// - Throws: ``MediaError`` for a picture of another size.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let image = try ImagePreprocessor.image(from: source, background: background)
    guard image.size == size else {
      throw MediaError(
        "a picture of \(image.size) pixels cannot be attacked beside those of \(size)",
        hint: "audit pictures of one size at a time, or attack at the model's own size",
        isDamage: false)
    }
    return try PreparedInput(values: image.planarFloats(), shape: [3, size.height, size.width])
  }

  /// Pictures of the size of the given one.
  public init(sizeOf source: MediaSource) throws {
    self.init(size: try ImagePreprocessor.image(from: source, background: nil).size)
  }
}
