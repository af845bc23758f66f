import Foundation
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

/// A preparation of pictures that notes what is seen of them.
private struct Watching: PicturePreparation {
  static let size = ImageSize(width: 40, height: 30)

  var outputShape: [Int]? { [5] }

  func prepare(_ source: MediaSource) throws -> PreparedInput {
    try PreparedInput(values: [0, 0, 0, 0, 0], shape: [5])
  }

  func prepare(
    _ source: MediaSource, seen view: (ImageSize) -> PictureView
  ) throws -> PreparedInput {
    let view = view(Self.size)
    let region = view.region
    let values = [region.x, region.y, region.width, region.height, view.isMirrored ? 1 : 0]
    return try PreparedInput(values: values.map(Float.init), shape: [5])
  }
}

@Suite("Augmentation")
struct AugmentationTests {
  /// What is seen in the first steps over a set of 32 pictures: x, y, width, height and mirrored.
  private func views(_ text: String, seed: UInt64 = 0, steps: Range<Int> = 0..<8) throws -> [[Int]]
  {
    let loader = try BatchLoader(
      ProbedSet(32).indexed(), preparation: Watching(),
      order: BatchOrder(count: 32, batchSize: 32, seed: seed), steps: steps,
      augmentation: Augmentation(text))
    var views: [[Int]] = []
    while let batch = try loader.next() {
      views += batch.sorted { $0.label < $1.label }.map { $0.input.values.map { Int($0) } }
    }
    return views
  }

  @Test("sees parts of the asked area and proportions, and mirrors half of them")
  func parts() throws {
    let views = try views("crop-flip:scale=0.5")
    #expect(views.count == 256)
    for view in views {
      #expect(view[0] >= 0 && view[0] + view[2] <= 40 && view[1] >= 0 && view[1] + view[3] <= 30)
      let area = Double(view[2] * view[3]) / 1200
      #expect((0.47...1).contains(area))
      let ratio = Double(view[2]) / Double(view[3])
      #expect((0.71...1.4).contains(ratio), "\(view)")
    }
    // 128 expected, with a standard deviation of 8.
    #expect((96...160).contains(views.count { $0[4] == 1 }))
    #expect(Set(views).count > 200)
    #expect(try self.views("crop-flip:scale=0.5,flip=false").allSatisfy { $0[4] == 0 })
    #expect(try self.views("none").allSatisfy { $0[2] == 0 })
  }

  @Test("is a function of the seed, the step and the sample")
  func function() throws {
    let all = try views("crop-flip")
    #expect(try views("crop-flip", steps: 5..<6) == Array(all[160..<192]))
    #expect(try views("crop-flip", seed: 1) != all)
    #expect(all[0..<32] != all[32..<64])
  }

  @Test("sees the largest part in the centre of a picture too narrow for the proportions")
  func narrow() throws {
    try Place.with { place in
      var pixels: [UInt8] = []
      for row in 0..<8 { pixels += [UInt8](repeating: UInt8(row), count: 3) }
      try place.write(
        encodePNG(Image(width: 1, height: 8, pixels: pixels)), "a/1.png")
      let loader = try BatchLoader(
        openDataSet(at: place.path("")).indexed(), preparation: asTheyAre,
        order: BatchOrder(count: 1, batchSize: 1, seed: 0), steps: 0..<1,
        augmentation: Augmentation("crop-flip:scale=1"))
      let sample = try #require(try loader.next()?.first)
      // One pixel of the column, stretched to its size.
      #expect(sample.input.values.allSatisfy { $0 == Float(3) / 255 })
      #expect(sample.input.shape == [3, 8, 1])
    }
  }

  @Test("is spelled, and written as text")
  func spelling() throws {
    #expect(try Augmentation("none") == .none)
    #expect(try Augmentation("crop-flip") == .cropFlip(scale: 0.9, flip: true))
    #expect(
      try Augmentation("crop-flip:flip=false,scale=0.5") == .cropFlip(scale: 0.5, flip: false))
    for value in [Augmentation.none, .cropFlip(scale: 0.25, flip: true)] {
      #expect(try Augmentation("\(value)") == value)
      let bytes = try JSONEncoder().encode([value])
      #expect(String(decoding: bytes, as: UTF8.self) == "[\"\(value)\"]")
      #expect(try JSONDecoder().decode([Augmentation].self, from: bytes) == [value])
    }
    for (text, sentence) in [
      ("mixup", "unknown augmentation `mixup`"), ("crop-flip:scale=0", "share above 0"),
      ("crop-flip:scale=1.5", "share above 0"), ("crop-flip:flip=2", "true or false"),
      ("crop-flip:size=2", "no option `size`"), ("none:flip=true", "no option `flip`"),
    ] {
      let message = words { try Augmentation(text) }
      #expect(message.contains(sentence), "\(message)")
    }
  }

  @Test("is refused for inputs that are no pictures, before anything starts")
  func refused() throws {
    let crop = try Augmentation("crop-flip")
    for other: any Preparation in [
      ArrayPreparation(shape: [2]), DepthPreprocessor.languageBind(), SoundPreprocessor.imageBind(),
    ] {
      let message = words { try crop.check(other) }
      #expect(message.contains("varies pictures, and the inputs here are none"), "\(message)")
      try Augmentation.none.check(other)
    }
    try crop.check(PlanePreprocessor())
    try crop.check(ImagePreprocessor.clip())
    let set = ProbedSet(4)
    let index = try set.indexed()
    let message = words {
      try BatchLoader(
        index, preparation: ArrayPreparation(shape: [2]),
        order: BatchOrder(count: 4, batchSize: 2, seed: 0), steps: 0..<9, augmentation: crop)
    }
    #expect(message.contains("varies pictures"))
  }
}
