import HoldfastErrors
import HoldfastMedia
import Testing

@Suite("Files that are wrong")
struct HostileImageTests {
  @Test(
    "Formats that are known but not read are named",
    arguments: [
      ("WebP", Array("RIFF....WEBPVP8L".utf8)),
      ("GIF", Array("GIF89a".utf8)),
      ("BMP", Array("BM......".utf8)),
      ("TIFF", [0x49, 0x49, 0x2A, 0x00, 8]),
      ("TIFF", [0x4D, 0x4D, 0x00, 0x2A, 8]),
      ("HEIC", [0, 0, 0, 24] + Array("ftypheic".utf8)),
      ("AVIF", [0, 0, 0, 24] + Array("ftypavif".utf8)),
    ])
  func knownFormats(name: String, bytes: [UInt8]) throws {
    let error = try #require(throws: MediaError.self) {
      try decodeImage(bytes, name: "photo")
    }
    #expect(
      error.description
        == "`photo`: \(name) images are not supported yet\n\nhint: convert it to PNG")
  }

  @Test("Empty and unknown files are told apart")
  func nothing() throws {
    let empty = try #require(throws: MediaError.self) { try decodeImage([], name: "a.jpg") }
    #expect(empty.what == "the file is empty")
    let unknown = try #require(throws: MediaError.self) {
      try decodeImage(Array("<html>".utf8), name: "a.jpg")
    }
    #expect(unknown.what.contains("not an image file"))
    #expect(unknown.hint?.contains("JPEG and PNG") == true)
  }

  @Test(
    "A file that stops early is never an image",
    arguments: [
      "jpeg-444", "jpeg-progressive", "jpeg-grey", "jpeg-cmyk-adobe", "png-colour2-8bit",
      "png-palette-4bit-transparent",
    ])
  func everyPrefix(name: String) throws {
    let bytes = try ImageFileGoldens.read().file(name).bytes
    for length in 0..<bytes.count {
      #expect(throws: MediaError.self, "\(name), first \(length) bytes") {
        try decodeImage(Array(bytes.prefix(length)), name: name)
      }
    }
  }

  @Test("A file that stops within its pixels is called truncated")
  func truncation() throws {
    let goldens = try ImageFileGoldens.read()
    #expect(goldens.everyPrefixRaisesInPillow.contains("jpeg-444"))
    for name in ["jpeg-444", "jpeg-progressive", "png-colour2-8bit"] {
      let bytes = try goldens.file(name).bytes
      let error = try #require(throws: MediaError.self) {
        try decodeImage(Array(bytes.dropLast(20)), name: name)
      }
      #expect(error.what == "the image file is truncated")
    }
  }

  /// Nothing is asserted but that every call comes back, and with an image of the declared size.
  @Test("2,000 files with flipped bits neither crash nor hang")
  func flippedBits() throws {
    let files = try ImageFileGoldens.read().cases.filter { $0.file.count < 2000 }
    var generator = SeededGenerator(state: 2024)
    var refused = 0
    for _ in 0..<2000 {
      let file = files[Int.random(in: 0..<files.count, using: &generator)]
      var bytes = file.bytes
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      do {
        let image = try decodeImage(bytes, name: file.name, limits: ImageLimits(pixels: 1 << 20))
        #expect(image.pixels.count == image.width * image.height * 3)
      } catch {
        #expect(!error.what.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 500)
  }

  /// A header and no data: a decoder that allocated first would ask for 30 GB.
  @Test("A PNG that claims 100,000 x 100,000 pixels is refused by its header")
  func bomb() throws {
    let header = png(width: 100_000, height: 100_000)
    let error = try #require(throws: MediaError.self) { try decodeImage(header, name: "bomb.png") }
    #expect(error.what.contains("100000x100000"))
    #expect(error.what.contains("178956970"))
  }

  @Test("The limit is the caller's")
  func limits() throws {
    let goldens = try ImageFileGoldens.read()
    for name in ["jpeg-444", "png-colour2-8bit"] {
      let file = try goldens.file(name)
      let area = file.width * file.height
      _ = try decodeImage(file.bytes, name: name, limits: ImageLimits(pixels: area))
      for limit in [area - 1, 0, -1] {
        #expect(throws: MediaError.self) {
          try decodeImage(file.bytes, name: name, limits: ImageLimits(pixels: limit))
        }
      }
    }
  }

  @Test("A PNG without pixels is refused")
  func noPixels() {
    #expect(throws: MediaError.self) { try decodeImage(png(width: 0, height: 5), name: "a.png") }
    #expect(throws: MediaError.self) { try decodeImage(png(width: 5, height: 0), name: "a.png") }
  }

  /// The signature and the header chunk of an 8-bit RGB PNG, and an empty data chunk.
  private func png(width: UInt32, height: UInt32) -> [UInt8] {
    let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", header) + chunk("IDAT", [])
  }

  private func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }
}
