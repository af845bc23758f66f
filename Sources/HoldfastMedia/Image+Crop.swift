/// Which way a centre crop leans when the margins cannot be equal.
public enum CropRounding: String, Hashable, Sendable, Codable {
  /// Hugging Face: half the margin, rounded down; padding of a smaller image rounded up.
  case down

  /// torchvision: half the margin, rounded to the even number; padding rounded down.
  case halfToEven

  /// The first pixel of a crop of `crop` pixels on a side of `side` pixels; negative if it pads.
  func start(of crop: Int, on side: Int) -> Int {
    let margin = side - crop
    switch self {
    case .down: return margin >> 1
    case .halfToEven where margin < 0: return margin / 2
    case .halfToEven: return Int((Double(margin) / 2).rounded(.toNearestOrEven))
    }
  }
}

/// A crop around the centre that pads smaller images.
public struct CenterCrop: Hashable, Sendable, Codable {
  /// The size of the result.
  public var size: ImageSize

  /// Which way the crop leans when the margins cannot be equal.
  public var rounding: CropRounding

  /// The value of all three channels in the padding.
  public var fill: UInt8

  /// Creates a crop.
  public init(size: ImageSize, rounding: CropRounding, fill: UInt8 = 0) {
    self.size = size
    self.rounding = rounding
    self.fill = fill
  }

  /// Throws when a side is not positive or the result is over `ImageLimits`.
  func check() throws(MediaError) {
    guard let area = size.area, area <= ImageLimits().pixels else {
      throw MediaError("an image cannot be cropped to \(size) pixels")
    }
  }

  /// The part of an image that the crop keeps.
  func window(on image: ImageSize) -> ImageWindow {
    ImageWindow(
      columns: range(of: size.width, on: image.width),
      rows: range(of: size.height, on: image.height))
  }

  private func range(of crop: Int, on side: Int) -> Range<Int> {
    let start = rounding.start(of: crop, on: side)
    return max(0, start)..<min(side, start + crop)
  }

  /// Surrounds what `window` kept of an image of size `image` with `fill`, up to `size`.
  func padding(_ kept: Image, of image: ImageSize) -> Image {
    guard kept.size != size else { return kept }
    let left = max(0, -rounding.start(of: size.width, on: image.width))
    let top = max(0, -rounding.start(of: size.height, on: image.height))
    var pixels = [UInt8](repeating: fill, count: size.width * size.height * 3)
    for row in 0..<kept.height {
      let target = ((top + row) * size.width + left) * 3
      let source = row * kept.width * 3
      pixels.replaceSubrange(
        target..<(target + kept.width * 3),
        with: kept.pixels[source..<(source + kept.width * 3)])
    }
    return Image(size, pixels)
  }
}

extension Image {
  /// The centre of the image, padded if the image is smaller than the crop.
  ///
  /// Throws when a side of the crop is not positive or the result is over `ImageLimits`.
  public func cropped(to crop: CenterCrop) throws(MediaError) -> Image {
    try crop.check()
    return crop.padding(part(crop.window(on: size)), of: size)
  }
}
