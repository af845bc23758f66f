/// What `pixel / 255` is for every pixel value, divided in float32 as torch does.
private let unitValues: [Float] = (0...255).map { Float($0) / 255 }

extension Image {
  /// The image as planes of floats in [0, 1], shape `(3, height, width)`.
  ///
  /// Bit for bit `torch.from_numpy(pixels).permute(2, 0, 1).float() / 255` on the CPU.
  public func planarFloats() -> [Float] {
    Array(unsafeUninitializedCapacity: pixels.count) { buffer, count in
      fill(UnsafeMutableBufferPointer(rebasing: buffer[..<pixels.count]))
      count = pixels.count
    }
  }

  /// Writes the planes of `planarFloats()` into memory that the caller owns.
  ///
  /// Throws when `target` does not hold exactly `3 * height * width` values.
  public func writePlanarFloats(
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(MediaError) {
    guard target.count == pixels.count else {
      throw MediaError(
        "an image of \(size) pixels needs room for \(pixels.count) values, not \(target.count)")
    }
    fill(target)
  }

  private func fill(_ target: UnsafeMutableBufferPointer<Float>) {
    let area = width * height
    pixels.withUnsafeBufferPointer { source in
      unitValues.withUnsafeBufferPointer { values in
        var place = 0
        while place < area {
          target[place] = values[Int(source[3 * place])]
          target[place + area] = values[Int(source[3 * place + 1])]
          target[place + 2 * area] = values[Int(source[3 * place + 2])]
          place += 1
        }
      }
    }
  }

  /// The nearest 8-bit image to planes of floats in [0, 1], shape `(3, height, width)`.
  ///
  /// Each value is clamped to [0, 1], multiplied by 255 in float32 and rounded, halves to the even
  /// neighbour, as `(x.clamp(0, 1) * 255).round()` in torch. What `planarFloats()` gave comes back
  /// unchanged. Throws when the number of values is not `3 * width * height` or one is not a number.
  public init(
    planarFloats values: UnsafeBufferPointer<Float>, width: Int, height: Int
  ) throws(MediaError) {
    let size = ImageSize(width: width, height: height)
    guard let area = size.area, let count = size.valueCount, values.count == count else {
      throw MediaError("an RGB image of \(size) pixels cannot be made from \(values.count) values")
    }
    var pixels = [UInt8](repeating: 0, count: count)
    var place = 0
    while place < count {
      let value = values[(place % 3) * area + place / 3]
      guard !value.isNaN else {
        throw MediaError("a value of the image is NaN")
      }
      pixels[place] = UInt8((min(max(value, 0), 1) * 255).rounded(.toNearestOrEven))
      place += 1
    }
    self.init(size, pixels)
  }

  /// The nearest 8-bit image to planes of floats, see `init(planarFloats:width:height:)` above.
  public init(planarFloats values: [Float], width: Int, height: Int) throws(MediaError) {
    let image = values.withUnsafeBufferPointer { buffer in
      Result { () throws(MediaError) in
        try Image(planarFloats: buffer, width: width, height: height)
      }
    }
    self = try image.get()
  }
}
