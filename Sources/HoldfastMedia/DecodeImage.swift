import CMediaJPEG
import CMediaPNG

/// What an image file may ask for before any memory is spent on it.
public struct ImageLimits: Hashable, Sendable {
  /// The largest `width * height`.
  public var pixels: Int

  /// Creates limits.
  ///
  /// The default is the limit at which Pillow raises `DecompressionBombError`: 178,956,970 pixels.
  public init(pixels: Int = 178_956_970) {
    self.pixels = pixels
  }
}

/// Decodes a JPEG or PNG file to 8-bit RGB.
///
/// The format is told by the first bytes. The pixels are those of Pillow's
/// `Image.open(file).convert("RGB")`: PNG exactly, JPEG to the byte if libjpeg-turbo is the
/// system's libjpeg. Grey becomes three equal channels, CMYK is taken as inverted, EXIF
/// orientation, gamma and colour profiles are ignored. Of 16-bit samples the high byte is kept, but
/// plain 16-bit grey is clipped at 255, which is Pillow's way.
///
/// `name` is what errors call the file, and `background` the grey level that transparent pixels are
/// laid on; nil drops their alpha. Throws on an empty, unknown, damaged or truncated file and
/// on one with more pixels than `limits` allows; nothing of the image's size is allocated before
/// that is known.
public func decodeImage(
  _ bytes: [UInt8], name: String, limits: ImageLimits = ImageLimits(), background: UInt8? = nil
) throws(MediaError) -> Image {
  guard !bytes.isEmpty else {
    throw MediaError("the file is empty", file: name)
  }
  guard let format = ImageFormat(of: bytes) else {
    throw MediaError(
      "this is not an image file that is known here", file: name,
      hint: "JPEG and PNG are read; the kind is told by the first bytes, not by the name")
  }
  switch format {
  case .jpeg: return try decodeJPEG(bytes, name: name, limits: limits)
  case .png: return try decodePNG(bytes, name: name, limits: limits, background: background)
  default:
    throw MediaError(
      "\(format.rawValue) images are not supported yet", file: name, hint: "convert it to PNG")
  }
}

private func decodeJPEG(
  _ bytes: [UInt8], name: String, limits: ImageLimits
) throws(MediaError) -> Image {
  var decoded = media_jpeg_image()
  let status = media_jpeg_decode(bytes, bytes.count, pixelLimit(limits), &decoded)
  defer { media_jpeg_free(&decoded) }
  let size = ImageSize(width: Int(decoded.width), height: Int(decoded.height))
  switch status {
  case media_jpeg_ok:
    return Image(copying: decoded.pixels, size: size)
  case media_jpeg_truncated:
    throw truncated(name)
  case media_jpeg_too_large:
    throw tooLarge(size, name: name, limits: limits)
  case media_jpeg_unsupported:
    throw MediaError(
      "this kind of JPEG is not supported: \(text(of: &decoded.message))", file: name,
      hint: "convert it to PNG")
  default:
    throw MediaError("the JPEG cannot be decoded: \(text(of: &decoded.message))", file: name)
  }
}

private func decodePNG(
  _ bytes: [UInt8], name: String, limits: ImageLimits, background: UInt8?
) throws(MediaError) -> Image {
  var decoded = media_png_image()
  let status = media_png_decode(
    bytes, bytes.count, pixelLimit(limits), background.map(Int32.init) ?? -1, &decoded)
  defer { media_png_free_image(&decoded) }
  let size = ImageSize(width: Int(decoded.width), height: Int(decoded.height))
  guard status == media_png_ok else {
    throw pngError(status, text(of: &decoded.message), size: size, name: name, limits: limits)
  }
  return Image(copying: decoded.pixels, size: size)
}

/// Why a PNG could not be decoded; `message` is the decoder's.
func pngError(
  _ status: media_png_status, _ message: String, size: ImageSize, name: String, limits: ImageLimits
) -> MediaError {
  switch status {
  case media_png_truncated: truncated(name)
  case media_png_too_large: tooLarge(size, name: name, limits: limits)
  default: MediaError("the PNG cannot be decoded: \(message)", file: name)
  }
}

func pixelLimit(_ limits: ImageLimits) -> UInt64 {
  UInt64(max(0, limits.pixels))
}

private func truncated(_ name: String) -> MediaError {
  MediaError("the image file is truncated", file: name, hint: "copy or download it again")
}

private func tooLarge(_ size: ImageSize, name: String, limits: ImageLimits) -> MediaError {
  MediaError(
    "the image has \(size) pixels, more than the limit of \(limits.pixels) in all", file: name,
    hint: "scale it down first")
}

/// The text in a C array of characters, which Swift sees as a tuple.
func text<Characters>(of characters: inout Characters) -> String {
  withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

extension Image {
  /// Copies what a C decoder allocated.
  fileprivate init(copying pixels: UnsafePointer<UInt8>, size: ImageSize) {
    let count = size.width * size.height * 3
    self.init(size, Array(UnsafeBufferPointer(start: pixels, count: count)))
  }
}
