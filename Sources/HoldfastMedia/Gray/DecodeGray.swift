import CMediaPNG

/// Decodes a JPEG or PNG file to one value per pixel.
///
/// A grey PNG gives the values of the file, with 16 bits if it has 16; alpha is dropped, and 1, 2
/// and 4 bits are scaled to 8. Everything else is decoded as
/// ``decodeImage(_:name:limits:background:)`` does and becomes grey as Pillow's `convert("L")` has
/// it, unless `exactly` asks for values as they are.
///
/// `name` is what errors call the file. Throws as ``decodeImage(_:name:limits:background:)`` does,
/// and when `exactly` is set and the file is not a grey PNG.
public func decodeGray(
  _ bytes: [UInt8], name: String, limits: ImageLimits = ImageLimits(), exactly: Bool = false
) throws(MediaError) -> GrayImage {
  guard ImageFormat(of: bytes) == .png else {
    let image = try decodeImage(bytes, name: name, limits: limits)
    guard !exactly else { throw noGrayPNG(name) }
    return GrayImage(image)
  }
  var decoded = media_png_grey()
  let status = media_png_decode_grey(bytes, bytes.count, pixelLimit(limits), &decoded)
  defer { media_png_free_grey(&decoded) }
  if status == media_png_coloured {
    guard !exactly else { throw noGrayPNG(name) }
    return GrayImage(try decodeImage(bytes, name: name, limits: limits))
  }
  let size = ImageSize(width: Int(decoded.width), height: Int(decoded.height))
  guard status == media_png_ok else {
    throw pngError(status, text(of: &decoded.message), size: size, name: name, limits: limits)
  }
  let values = UnsafeBufferPointer(start: decoded.values, count: size.width * size.height)
  return GrayImage(size, depth: Int(decoded.depth), Array(values))
}

private func noGrayPNG(_ name: String) -> MediaError {
  MediaError(
    "this picture is not a grey PNG, so it has no exact values", file: name,
    hint: "save it as a grey PNG of 16 bits")
}

/// Encodes values as a grey PNG of their depth.
///
/// Lossless: decoding gives the same values. The same values always give the same file.
public func encodePNG(_ image: GrayImage) throws(MediaError) -> [UInt8] {
  let samples: [UInt8] =
    image.depth == 16
    ? image.values.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    : image.values.map { UInt8(truncatingIfNeeded: $0) }
  return try encodePNG(samples, size: image.size, channels: 1, depth: UInt32(image.depth))
}
