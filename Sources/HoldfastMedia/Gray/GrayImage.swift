/// An image of one value per pixel, of 8 or 16 bits, free of tensors.
///
/// The values are those of the file, so that depth in millimetres stays what it is.
public struct GrayImage: Hashable, Sendable {
  /// Pixels in a row, at least 1.
  public let width: Int

  /// Rows, at least 1.
  public let height: Int

  /// The bits of a value, 8 or 16.
  public let depth: Int

  /// The values: `(height, width)`, row by row from the top.
  public let values: [UInt16]

  /// Wraps values.
  ///
  /// Throws when a side is not positive, when the number of values is not `width * height`, and when
  /// `depth` is neither 8 nor 16 or a value does not fit in it.
  public init(width: Int, height: Int, depth: Int, values: [UInt16]) throws(MediaError) {
    let size = ImageSize(width: width, height: height)
    guard size.area == values.count else {
      throw MediaError("a grey image of \(size) pixels cannot be made from \(values.count) values")
    }
    guard depth == 16 || depth == 8 && values.allSatisfy({ $0 < 256 }) else {
      throw MediaError("a grey image of these values cannot have \(depth) bits")
    }
    self.init(size, depth: depth, values)
  }

  /// Wraps values that are known to fit.
  init(_ size: ImageSize, depth: Int, _ values: [UInt16]) {
    width = size.width
    height = size.height
    self.depth = depth
    self.values = values
  }

  /// Both sides.
  public var size: ImageSize { ImageSize(width: width, height: height) }
}

extension GrayImage {
  /// How light the colours of an image are, of 8 bits.
  ///
  /// Bit for bit Pillow's `convert("L")`, in 16 bits of fraction (ITU-R 601-2).
  public init(_ image: Image) {
    let count = image.width * image.height
    let values = [UInt16](unsafeUninitializedCapacity: count) { target, written in
      image.pixels.withUnsafeBufferPointer { source in
        var place = 0
        while place < count {
          let red = 19595 &* UInt32(source[3 &* place])
          let green = 38470 &* UInt32(source[3 &* place &+ 1])
          let blue = 7471 &* UInt32(source[3 &* place &+ 2])
          target[place] = UInt16(truncatingIfNeeded: (red &+ green &+ blue &+ 32768) &>> 16)
          place &+= 1
        }
      }
      written = count
    }
    self.init(image.size, depth: 8, values)
  }

  /// The image in 8 bits: `counts.lowerBound` and below become 0, the upper bound and above 255.
  ///
  /// Between them values are rounded, halves up. The bounds must differ.
  func eightBits(_ counts: ClosedRange<Int>) -> GrayImage {
    let span = counts.upperBound - counts.lowerBound
    let scaled = values.map { value in
      let above = min(max(Int(value) - counts.lowerBound, 0), span)
      return UInt16((above * 510 + span) / (2 * span))
    }
    return GrayImage(size, depth: 8, scaled)
  }

  /// Three equal channels of the low 8 bits of each value.
  var rgb: Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count * 3)
    for value in values {
      let byte = UInt8(truncatingIfNeeded: value)
      pixels.append(byte)
      pixels.append(byte)
      pixels.append(byte)
    }
    return Image(size, pixels)
  }
}
