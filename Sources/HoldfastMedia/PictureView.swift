/// What is seen of a picture: a part of it, perhaps mirrored.
public struct PictureView: Hashable, Sendable {
  /// The part that is seen.
  public let region: ImageRegion
  /// Whether left and right change places.
  public let isMirrored: Bool

  /// A part of a picture.
  public init(_ region: ImageRegion, isMirrored: Bool = false) {
    self.region = region
    self.isMirrored = isMirrored
  }
}

/// A preparation that can show a part of a picture in place of the whole.
///
/// The part is cropped out first, then brought to the model's size, whatever becomes of its
/// proportions, and mirrored last: torchvision's `RandomResizedCrop` and `RandomHorizontalFlip` of a
/// Pillow image. Pixels beside the part have no influence.
public protocol PicturePreparation: Preparation {
  /// Reads, decodes and prepares what is seen of a picture.
  ///
  /// - Parameter view: chooses what is seen of a picture of the given size.
  /// - Throws: ``MediaError`` as `prepare(_:)`, and for a part that the picture does not hold.
  func prepare(
    _ source: MediaSource, seen view: (ImageSize) -> PictureView
  ) throws -> PreparedInput
}

extension ImagePreprocessor: PicturePreparation {
  /// Pixels in [0, 1] of what is seen, channel by channel: `(3, H, W)`.
  public func prepare(
    _ source: MediaSource, seen view: (ImageSize) -> PictureView
  ) throws -> PreparedInput {
    let image = try Self.image(from: source, background: background)
    let size = try crop?.size ?? targetSize(for: image.size)
    let view = view(image.size)
    let seen = try image.part(view.region).resized(to: size, filter: filter)
    return try PreparedInput(
      values: (view.isMirrored ? seen.mirrored() : seen).planarFloats(),
      shape: [3, size.height, size.width])
  }
}

extension PlanePreprocessor: PicturePreparation {
  /// Pixels in [0, 1] of what is seen, channel by channel: `(3, S, S)`.
  ///
  /// The resize is that of `prepare(_:)`, without Pillow's antialias.
  public func prepare(
    _ source: MediaSource, seen view: (ImageSize) -> PictureView
  ) throws -> PreparedInput {
    let (image, name) = try source.image(for: "pictures")
    return try naming(name) {
      let view = view(image.size)
      let part = try image.part(view.region)
      return try prepare(squashed: view.isMirrored ? part.mirrored() : part)
    }
  }
}

extension Image {
  /// The picture with left and right in each other's place.
  func mirrored() -> Image {
    var result = pixels
    for row in 0..<height {
      for column in 0..<width {
        let (to, from) = ((row * width + column) * 3, (row * width + width - 1 - column) * 3)
        for channel in 0..<3 { result[to + channel] = pixels[from + channel] }
      }
    }
    return Image(size, result)
  }
}
