/// The sides of an image, in pixels.
public struct ImageSize: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Pixels in a row.
  public var width: Int

  /// The number of rows.
  public var height: Int

  /// Creates a size.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// `640x427`, width first.
  public var description: String { "\(width)x\(height)" }

  /// The number of pixels, nil when a side is not positive or the product overflows.
  var area: Int? {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return width > 0 && height > 0 && !overflow ? area : nil
  }

  /// The number of values of an RGB image of this size, nil when there cannot be one.
  var valueCount: Int? {
    guard let (count, overflow) = area?.multipliedReportingOverflow(by: 3) else { return nil }
    return overflow ? nil : count
  }
}

/// An 8-bit RGB image, free of tensors.
///
/// The pixels are what Pillow's `Image.open(file).convert("RGB")` holds: sRGB bytes as stored, no
/// colour management, no EXIF rotation.
public struct Image: Hashable, Sendable {
  /// Pixels in a row, at least 1.
  public let width: Int

  /// Rows, at least 1.
  public let height: Int

  /// The bytes, interleaved: `(height, width, 3)`, row by row from the top.
  public let pixels: [UInt8]

  /// Wraps pixels.
  ///
  /// Throws when a side is not positive or the number of bytes is not `width * height * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) throws(MediaError) {
    let size = ImageSize(width: width, height: height)
    guard size.valueCount == pixels.count else {
      throw MediaError("an RGB image of \(size) pixels cannot be made from \(pixels.count) bytes")
    }
    self.init(size, pixels)
  }

  /// Wraps pixels whose number is known to fit.
  init(_ size: ImageSize, _ pixels: [UInt8]) {
    width = size.width
    height = size.height
    self.pixels = pixels
  }

  /// Both sides.
  public var size: ImageSize { ImageSize(width: width, height: height) }
}
