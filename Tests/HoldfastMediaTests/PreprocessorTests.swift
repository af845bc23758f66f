import Foundation
import HoldfastMedia
import Testing

/// `preprocessing.json`.
struct PreprocessingGoldens: Decodable {
  struct Case: Decodable {
    struct Result: Decodable {
      var width: Int
      var height: Int
      var fnv1a: String
    }

    struct Torchvision: Decodable {
      var largest: Int
      var share: Double
      var pixels: Data?
    }

    var name: String
    var config: String
    var source: [Int]
    var expected: Result
    var torchvision: Torchvision?

    func prepared() throws -> Image {
      let preprocessor = try ImagePreprocessor(json: Array(config.utf8), file: name)
      return try preprocessor.prepare(pattern(source[0], source[1]))
    }
  }

  var cases: [Case]
  var torchvisionLargest: Int
  var torchvisionShare: Double
  var unitValueBits: [UInt32]
  var unitValueGapToProcessor: Float
}

@Suite("Preprocessing")
struct PreprocessorTests {
  @Test("Pixels are those of transformers' PIL processor and of open_clip, byte for byte")
  func exact() throws {
    let goldens: PreprocessingGoldens = try Goldens.read("preprocessing.json")
    #expect(goldens.cases.count == 110)
    for item in goldens.cases {
      let image = try item.prepared()
      #expect(
        image.size == ImageSize(width: item.expected.width, height: item.expected.height),
        "\(item.name) from \(item.source)")
      #expect(fnv1a(image.pixels) == item.expected.fnv1a, "\(item.name) from \(item.source)")
    }
  }

  // The reference is the PIL processor. The torchvision one, which transformers 5 takes by default,
  // rounds otherwise: at most 2 of 255, on at most 0.8 % of the values of a harsh pattern.
  @Test("The torchvision processor is within 2 on under 1 % of the values")
  func torchvision() throws {
    let goldens: PreprocessingGoldens = try Goldens.read("preprocessing.json")
    #expect(goldens.torchvisionLargest <= 2)
    #expect(goldens.torchvisionShare < 0.01)
    var compared = 0
    for item in goldens.cases {
      guard let other = item.torchvision, let pixels = other.pixels else { continue }
      let ours = try item.prepared().pixels
      let different = zip(ours, pixels).count { $0 != $1 }
      #expect(largestDifference(ours, Array(pixels)) == other.largest, "\(item.source)")
      #expect(abs(Double(different) / Double(ours.count) - other.share) < 1e-6, "\(item.source)")
      compared += 1
    }
    #expect(compared == 11)
  }

  @Test("Presets are what the files say")
  func presets() throws {
    let openCLIP = try ImagePreprocessor(
      json: Array(#"{"model_cfg": {"embed_dim": 512}, "preprocess_cfg": {"size": 336}}"#.utf8),
      file: "open_clip_config.json")
    #expect(openCLIP == .clip(size: 336))
    #expect(ImagePreprocessor.clip().outputSize == ImageSize(width: 224, height: 224))
    #expect(ImagePreprocessor.squash(size: 384).outputSize == ImageSize(width: 384, height: 384))
    #expect(ImagePreprocessor(resize: .shortSide(32)).outputSize == nil)
  }

  @Test("A very long image is cropped without being made first")
  func extremeProportions() throws {
    let image = try Image(width: 100_000, height: 1, pixels: [UInt8](repeating: 7, count: 300_000))
    let prepared = try ImagePreprocessor.clip().prepare(image)
    #expect(prepared.pixels == [UInt8](repeating: 7, count: 224 * 224 * 3))
  }

  @Test("Absurd settings are refused, not obeyed")
  func absurd() throws {
    let image = try pattern(7, 9)
    let sizes = [ImageSize(width: -3, height: 4), ImageSize(width: .max, height: .max)]
    for size in sizes {
      let resizes: [ImagePreprocessor.Resize] = [
        .shortSide(size.width), .squash(size), .cover(size), .fit(size),
      ]
      for resize in resizes {
        #expect(throws: MediaError.self, "\(resize)") {
          try ImagePreprocessor(resize: resize).prepare(image)
        }
      }
      let crop = CenterCrop(size: size, rounding: .down)
      #expect(throws: MediaError.self) {
        try ImagePreprocessor(resize: .shortSide(8), crop: crop).prepare(image)
      }
    }
    let sliver = try Image(width: 900, height: 1, pixels: [UInt8](repeating: 0, count: 2700))
    #expect(throws: MediaError.self) {
      try ImagePreprocessor(resize: .fit(ImageSize(width: 32, height: 32))).prepare(sliver)
    }
  }

  @Test("A preprocessor survives being recorded")
  func recorded() throws {
    let preprocessor = ImagePreprocessor.clip(size: 32)
    let data = try JSONEncoder().encode(preprocessor)
    #expect(try JSONDecoder().decode(ImagePreprocessor.self, from: data) == preprocessor)
  }
}
