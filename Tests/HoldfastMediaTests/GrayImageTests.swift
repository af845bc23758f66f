import HoldfastMedia
import Testing

@Suite("Pictures of one value per pixel")
struct GrayImageTests {
  @Test("Grey PNGs of every depth give the values of the file")
  func exact() throws {
    for golden in try PictureGoldens.read().files {
      let image = try decodeGray(golden.bytes, name: golden.name, exactly: true)
      #expect(image.width == golden.width && image.height == golden.height, "\(golden.name)")
      #expect(image.depth == golden.depth, "\(golden.name)")
      #expect(image.values == golden.values, "\(golden.name)")
    }
  }

  @Test("What is written is read again, and the same values give the same file")
  func lossless() throws {
    for image in [
      try millimetres(31, 17),
      try GrayImage(width: 2, height: 1, depth: 16, values: [0, 65535]),
      try GrayImage(width: 1, height: 3, depth: 8, values: [0, 200, 255]),
    ] {
      let file = try encodePNG(image)
      #expect(try decodeGray(file, name: "a.png", exactly: true) == image)
      #expect(try encodePNG(image) == file)
    }
  }

  @Test("Colours become grey as Pillow's convert(\"L\") has it")
  func luma() throws {
    for golden in try PictureGoldens.read().pictures {
      let image = try pattern(golden.width, golden.height)
      let bytes = GrayImage(image).values.map { UInt8(truncatingIfNeeded: $0) }
      #expect(fnv1a(bytes) == golden.luma)
      #expect(try decodeGray(encodePNG(image), name: "a.png") == GrayImage(image))
    }
    #expect(GrayImage(try pattern(7, 9)).values.prefix(7) == [74, 111, 119, 156, 193, 80, 117])
  }

  @Test("A picture with colours, or a JPEG, has no exact values")
  func coloured() throws {
    let jpeg = try ImageFileGoldens.read().file("jpeg-grey").bytes
    _ = try decodeGray(jpeg, name: "a.jpg")
    for bytes in [try encodePNG(pattern(3, 3)), jpeg] {
      let error = try #require(throws: MediaError.self) {
        try decodeGray(bytes, name: "depth.png", exactly: true)
      }
      #expect(error.file == "depth.png")
      #expect(error.hint?.contains("16 bits") == true)
    }
  }

  @Test("Values and sides that do not fit are refused")
  func misfits() {
    #expect(throws: MediaError.self) {
      try GrayImage(width: 2, height: 2, depth: 8, values: [1, 2, 3])
    }
    #expect(throws: MediaError.self) { try GrayImage(width: 0, height: 0, depth: 8, values: []) }
    #expect(throws: MediaError.self) { try GrayImage(width: 1, height: 1, depth: 8, values: [256]) }
    #expect(throws: MediaError.self) { try GrayImage(width: 1, height: 1, depth: 12, values: [1]) }
  }

  @Test("A 16-bit PNG that stops early is never an image, and limits hold before memory is spent")
  func prefixesAndLimits() throws {
    let file = try encodePNG(millimetres(9, 7))
    for length in 0..<file.count {
      #expect(throws: MediaError.self, "first \(length) bytes") {
        try decodeGray(Array(file.prefix(length)), name: "a.png")
      }
    }
    let error = try #require(throws: MediaError.self) {
      try decodeGray(file, name: "a.png", limits: ImageLimits(pixels: 62))
    }
    #expect(error.what.contains("9x7"))
  }

  /// Nothing is asserted but that every call comes back, and with an image of the declared size.
  @Test("2,000 16-bit PNGs with flipped bits neither crash nor hang")
  func flippedBits() throws {
    let files = try PictureGoldens.read().files.filter { $0.depth == 16 }.map(\.bytes)
    var generator = SeededGenerator(state: 16)
    var refused = 0
    for _ in 0..<2000 {
      var bytes = files[Int.random(in: 0..<files.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      do {
        let image = try decodeGray(bytes, name: "a.png", limits: ImageLimits(pixels: 1 << 20))
        #expect(image.values.count == image.width * image.height)
      } catch {
        #expect(!error.what.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 500)
  }
}
