import Foundation
import HoldfastMedia
import Testing

@Suite("Resize and crop")
struct ResizeTests {
  struct Content: Decodable {
    struct Resize: Decodable {
      var source: [Int]
      var target: [Int]
      var filter: ResampleFilter
      var sum: Int
      var fnv1a: String
    }

    struct Crop: Decodable {
      var source: [Int]
      var target: [Int]
      var pixels: Data
    }

    var resizes: [Resize]
    var centerCrops: [Crop]
  }

  @Test("Every filter gives Pillow's bytes")
  func pillow() throws {
    let content: Content = try Goldens.read("resize.json")
    #expect(Set(content.resizes.map(\.filter)) == Set(ResampleFilter.allCases))
    for item in content.resizes {
      let image = try pattern(item.source[0], item.source[1])
      let size = ImageSize(width: item.target[0], height: item.target[1])
      let result = try image.resized(to: size, filter: item.filter)
      #expect(result.size == size)
      #expect(
        result.pixels.reduce(0) { $0 + Int($1) } == item.sum && fnv1a(result.pixels) == item.fnv1a,
        "\(item.filter) \(item.source) to \(item.target)")
    }
  }

  @Test(
    "The first row of red, by hand from Pillow",
    arguments: [
      (ResampleFilter.bicubic, 4, 3, [96, 142, 109, 151]),
      (.bilinear, 4, 3, [100, 141, 111, 143]),
      (.bicubic, 10, 12, [0, 14, 42, 68, 92, 123, 158, 183, 212, 230]),
      (.bilinear, 10, 12, [0, 20, 46, 72, 98, 124, 150, 176, 202, 222]),
    ])
  func firstRow(filter: ResampleFilter, width: Int, height: Int, red: [UInt8]) throws {
    let result = try pattern(7, 9).resized(
      to: ImageSize(width: width, height: height), filter: filter)
    #expect((0..<width).map { result.pixels[$0 * 3] } == red)
  }

  @Test("The same size is the same image", arguments: ResampleFilter.allCases)
  func sameSize(filter: ResampleFilter) throws {
    let image = try pattern(13, 8)
    #expect(try image.resized(to: image.size, filter: filter) == image)
  }

  @Test("A flat image stays flat", arguments: ResampleFilter.allCases)
  func flat(filter: ResampleFilter) throws {
    let image = try Image(width: 9, height: 11, pixels: [UInt8](repeating: 201, count: 297))
    let result = try image.resized(to: ImageSize(width: 23, height: 4), filter: filter)
    #expect(result.pixels.allSatisfy { $0 == 201 })
  }

  @Test("The centre crop is torchvision's")
  func crops() throws {
    let content: Content = try Goldens.read("resize.json")
    for item in content.centerCrops {
      let crop = CenterCrop(
        size: ImageSize(width: item.target[0], height: item.target[1]), rounding: .halfToEven)
      let result = try pattern(item.source[0], item.source[1]).cropped(to: crop)
      #expect(result.size == crop.size)
      #expect(result.pixels == Array(item.pixels), "\(item.source) to \(item.target)")
    }
  }

  @Test("The two conventions differ by one pixel where the margin is odd")
  func conventions() throws {
    let image = try Image(width: 7, height: 1, pixels: (0..<7).flatMap { [$0, $0, $0] })
    let size = ImageSize(width: 4, height: 1)
    let down = try image.cropped(to: CenterCrop(size: size, rounding: .down))
    let even = try image.cropped(to: CenterCrop(size: size, rounding: .halfToEven))
    #expect(down.pixels.first == 1)
    #expect(even.pixels.first == 2)

    let wide = ImageSize(width: 10, height: 1)
    let padded = try image.cropped(to: CenterCrop(size: wide, rounding: .down, fill: 9))
    #expect((0..<10).map { padded.pixels[$0 * 3] } == [9, 9, 0, 1, 2, 3, 4, 5, 6, 9])
  }

  @Test("Absurd sizes are refused")
  func absurd() throws {
    let image = try pattern(3, 3)
    for (width, height) in [(0, 3), (3, -1), (1_000_000, 1_000_000), (.max, .max), (.max, 1)] {
      let size = ImageSize(width: width, height: height)
      #expect(throws: MediaError.self, "\(size)") { try image.resized(to: size) }
      #expect(throws: MediaError.self, "\(size)") {
        try image.cropped(to: CenterCrop(size: size, rounding: .down))
      }
    }
  }
}
