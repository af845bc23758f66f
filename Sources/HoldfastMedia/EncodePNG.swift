import CMediaPNG

/// Encodes an image as an 8-bit RGB PNG.
///
/// Lossless: decoding gives the same pixels. No colour profile, no time stamp, so the same pixels
/// always give the same file.
public func encodePNG(_ image: Image) throws(MediaError) -> [UInt8] {
  try encodePNG(image.pixels, size: image.size, channels: 3)
}

/// Encodes grey pixels, `(height, width)` row by row, as an 8-bit grey PNG.
///
/// Throws when a side is not positive or the number of bytes is not `width * height`.
public func encodePNG(
  grey pixels: [UInt8], width: Int, height: Int
) throws(MediaError) -> [UInt8] {
  let size = ImageSize(width: width, height: height)
  guard size.area == pixels.count else {
    throw MediaError("a grey image of \(size) pixels cannot be made from \(pixels.count) bytes")
  }
  return try encodePNG(pixels, size: size, channels: 1)
}

func encodePNG(
  _ pixels: [UInt8], size: ImageSize, channels: UInt32, depth: UInt32 = 8
) throws(MediaError) -> [UInt8] {
  guard let width = UInt32(exactly: size.width), let height = UInt32(exactly: size.height) else {
    throw MediaError("an image of \(size) pixels is too large for PNG")
  }
  var file = media_png_file()
  let status = media_png_encode(pixels, width, height, channels, depth, &file)
  defer { media_png_free_file(&file) }
  guard status == media_png_ok else {
    throw MediaError("the PNG cannot be written: \(text(of: &file.message))")
  }
  return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
}
