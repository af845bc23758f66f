import HoldfastMedia
import Testing

@Suite("Pixels out and back")
struct PixelValueTests {
  @Test("PNG is lossless, and the same pixels give the same file")
  func lossless() throws {
    for (width, height) in [(1, 1), (7, 9), (64, 3)] {
      let image = try pattern(width, height)
      let file = try encodePNG(image)
      #expect(try decodeImage(file, name: "a.png") == image)
      #expect(try encodePNG(image) == file)
    }
  }

  @Test("Grey PNG comes back as three equal channels")
  func grey() throws {
    let grey: [UInt8] = [0, 1, 127, 128, 254, 255]
    let image = try decodeImage(encodePNG(grey: grey, width: 3, height: 2), name: "grey.png")
    #expect(image.size == ImageSize(width: 3, height: 2))
    #expect(image.pixels == grey.flatMap { [$0, $0, $0] })
    #expect(throws: MediaError.self) { try encodePNG(grey: grey, width: 3, height: 3) }
    #expect(throws: MediaError.self) { try encodePNG(grey: [], width: 0, height: 0) }
  }

  @Test("A pixel value is torch's uint8 / 255, bit for bit")
  func unitValues() throws {
    let goldens: PreprocessingGoldens = try Goldens.read("preprocessing.json")
    let ramp = (0...255).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
    let values = try Image(width: 256, height: 1, pixels: ramp).planarFloats()
    #expect(values.prefix(256).map(\.bitPattern) == goldens.unitValueBits)
    #expect(goldens.unitValueGapToProcessor == 0)
  }

  @Test("Planes are channel by channel, and come back unchanged")
  func planes() throws {
    let image = try pattern(5, 4)
    let values = image.planarFloats()
    #expect(values[20 + 2 * 5 + 3] == Float(image.pixels[(2 * 5 + 3) * 3 + 1]) / 255)
    #expect(try Image(planarFloats: values, width: 5, height: 4) == image)

    var written = [Float](repeating: -1, count: 60)
    try written.withUnsafeMutableBufferPointer { buffer in
      try image.writePlanarFloats(into: buffer)
    }
    #expect(written == values)
    var short = [Float](repeating: 0, count: 59)
    #expect(throws: MediaError.self) {
      try short.withUnsafeMutableBufferPointer { try image.writePlanarFloats(into: $0) }
    }
  }

  @Test("Values off the 8-bit lattice are rounded to it, halves to even, and clamped")
  func rounding() throws {
    let values: [Float] = [0.5, 1.5 / 255, 2.4 / 255, -3, .infinity, 2]
    let image = try Image(planarFloats: values, width: 2, height: 1)
    #expect(image.pixels == [128, 2, 255, 2, 0, 255])
    #expect(throws: MediaError.self) {
      try Image(planarFloats: [0, 0, Float.nan], width: 1, height: 1)
    }
    #expect(throws: MediaError.self) { try Image(planarFloats: [0, 0], width: 1, height: 1) }
  }
}
