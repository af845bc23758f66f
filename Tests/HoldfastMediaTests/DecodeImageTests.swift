import Foundation
import HoldfastMedia
import Testing

@Suite("Decoding")
struct DecodeImageTests {
  @Test("PNG gives Pillow's pixels exactly")
  func png() throws {
    let goldens = try ImageFileGoldens.read()
    let cases = goldens.cases.filter { $0.name.hasPrefix("png") }
    #expect(cases.count >= 30)
    for item in cases {
      let image = try decodeImage(item.bytes, name: item.name)
      #expect(image.size == ImageSize(width: item.width, height: item.height), "\(item.name)")
      #expect(image.pixels == Array(item.pixels), "\(item.name)")
    }
  }

  @Test("transparency is laid on white as transformers does it")
  func onWhite() throws {
    let cases = try ImageFileGoldens.read().cases
    #expect(cases.filter { $0.onWhite != nil }.count >= 20)
    for item in cases {
      let image = try decodeImage(item.bytes, name: item.name, background: 255)
      #expect(image.pixels == Array(item.onWhite ?? item.pixels), "\(item.name)")
    }
  }

  /// libjpeg-turbo is exact here; another libjpeg may round once more.
  @Test("JPEG gives Pillow's pixels to within the tolerance")
  func jpeg() throws {
    let goldens = try ImageFileGoldens.read()
    let tolerance = try #require(goldens.tolerances["jpeg"])
    let cases = goldens.cases.filter { $0.name.hasPrefix("jpeg") }
    #expect(cases.count >= 18)
    var largest = 0
    for item in cases {
      let image = try decodeImage(item.bytes, name: item.name)
      let difference = largestDifference(image.pixels, Array(item.pixels))
      #expect(image.size == ImageSize(width: item.width, height: item.height), "\(item.name)")
      #expect(difference <= tolerance, "\(item.name)")
      largest = max(largest, difference)
    }
    #if os(Linux)
      #expect(largest == 0)
    #endif
  }

  static let cifar = fixtures.appending(path: "data/cifar10/test")

  @Test(
    "1,000 photographs give Pillow's pixels",
    .enabled(if: FileManager.default.fileExists(atPath: cifar.path)))
  func photographs() throws {
    let expected = try ImageFileGoldens.read().cifar10Test
    var paths: [URL] = []
    for folder in try FileManager.default.contentsOfDirectory(
      at: Self.cifar, includingPropertiesForKeys: nil)
    {
      paths += try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil)
    }
    var checksum = FNV1a()
    var count = 0
    for path in paths.sorted(by: { $0.path < $1.path }) {
      let image = try decodeImage(Array(Data(contentsOf: path)), name: path.lastPathComponent)
      checksum.add(image.pixels)
      count += image.pixels.count
    }
    #expect(paths.count == expected.files)
    #expect(count == expected.bytes)
    #expect(checksum.text == expected.fnv1a)
  }

  @Test("The kind is told by the first bytes, not by the name")
  func sniffing() throws {
    let png = try ImageFileGoldens.read().file("png-1x1")
    let image = try decodeImage(png.bytes, name: "n02105855_2933.JPEG")
    #expect(image.pixels == [1, 2, 3])
  }

  @Test("An image is as large as its bytes say")
  func wrapping() {
    #expect(throws: MediaError.self) { try Image(width: 2, height: 2, pixels: [1, 2, 3]) }
    #expect(throws: MediaError.self) { try Image(width: 0, height: 0, pixels: []) }
    #expect(throws: MediaError.self) { try Image(width: .max, height: 3, pixels: []) }
    #expect(throws: MediaError.self) { try Image(width: -1, height: -1, pixels: [1, 2, 3]) }
  }
}
