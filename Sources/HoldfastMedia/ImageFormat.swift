/// The kind of an image file, told by its first bytes and never by its name.
///
/// ImageNet's training set, for one, holds a PNG called `.JPEG`.
enum ImageFormat: String, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webP = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heic = "HEIC"
  case avif = "AVIF"
  case jpegXL = "JPEG XL"
  case jpeg2000 = "JPEG 2000"

  /// Recognises a file; nil for any other format.
  init?(of bytes: [UInt8]) {
    let found = Self.allCases.first { format in
      format.signatures.contains { $0.matches(bytes) }
    }
    guard let found else { return nil }
    self = found
  }

  private var signatures: [Signature] {
    switch self {
    case .jpeg: [Signature([0xFF, 0xD8, 0xFF])]
    case .png: [Signature([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])]
    case .webP: [Signature("WEBP", at: 8)]
    case .gif: [Signature("GIF87a"), Signature("GIF89a")]
    case .bmp: [Signature("BM")]
    case .tiff: [Signature("II*\0"), Signature("MM\0*")]
    case .heic:
      ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"].map { Signature("ftyp" + $0, at: 4) }
    case .avif: [Signature("ftypavif", at: 4), Signature("ftypavis", at: 4)]
    case .jpegXL: [Signature([0xFF, 0x0A]), Signature("JXL ", at: 4)]
    case .jpeg2000: [Signature([0xFF, 0x4F, 0xFF, 0x51]), Signature("jP  ", at: 4)]
    }
  }
}

/// Bytes that a kind of file has at a fixed place.
private struct Signature {
  let bytes: [UInt8]
  let offset: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 0
  }

  init(_ text: String, at offset: Int = 0) {
    bytes = Array(text.utf8)
    self.offset = offset
  }

  func matches(_ file: [UInt8]) -> Bool {
    file.dropFirst(offset).starts(with: bytes)
  }
}
