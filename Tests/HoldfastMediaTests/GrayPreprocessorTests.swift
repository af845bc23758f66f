import Foundation
import HoldfastMedia
import Testing

@Suite("Heat and depth as models take them")
struct GrayPreprocessorTests {
  let goldens: PictureGoldens
  let tolerance: Double

  init() throws {
    goldens = try .read()
    tolerance = try goldens.tolerance("float32")
  }

  @Test("Heat is prepared as ImageBind and LanguageBind do it, and so are LanguageBind's images")
  func heat() throws {
    for golden in goldens.pictures {
      let image = try pattern(golden.width, golden.height)
      let sources: [MediaSource] = [
        .medium(.image(image)), .bytes(try encodePNG(image), name: "a.png"),
      ]
      for source in sources {
        expectPicked(
          try ThermalPreprocessor.general(side: goldens.side).prepare(source), golden.imageBind,
          tolerance: tolerance)
        let languageBind = ThermalPreprocessor(convention: .languageBind, side: goldens.side)
        expectPicked(try languageBind.prepare(source), golden.languageBind, tolerance: tolerance)
        expectPicked(
          try PlanePreprocessor(side: goldens.side).prepare(source), golden.languageBind,
          tolerance: tolerance)
      }
    }
  }

  @Test("Depth is prepared as LanguageBind does it, disparity as ImageBind's authors do")
  func depth() throws {
    let ratio = try goldens.tolerance("disparityRatio")
    for golden in goldens.depths {
      let depth = try millimetres(golden.width, golden.height)
      let source = MediaSource.bytes(try encodePNG(depth), name: "a.png")
      var languageBind = DepthPreprocessor.languageBind()
      languageBind.side = goldens.side
      expectPicked(try languageBind.prepare(source), golden.languageBind, tolerance: tolerance)

      var imageBind = DepthPreprocessor(
        measure: .disparity(baseline: golden.baseline, focal: golden.focal), side: goldens.side)
      expectPicked(
        try imageBind.prepare(.medium(.gray(depth))), golden.imageBind, ratio: ratio)

      imageBind.coding = .rotated
      let rotated = try GrayImage(
        width: depth.width, height: depth.height, depth: 16,
        values: depth.values.map { $0 << 3 | $0 >> 13 })
      expectPicked(
        try imageBind.prepare(.medium(.gray(rotated))), golden.rotated, ratio: ratio)
    }
  }

  @Test("Sizes are those of the models, and values within the legal range")
  func shapes() throws {
    let grey = MediaSource.medium(.gray(try millimetres(40, 30)))
    let cases: [(any Preparation, [Int], ClosedRange<Float>)] = [
      (ThermalPreprocessor.imageBind(), [1, 224, 224], 0...1),
      (ThermalPreprocessor.languageBind(), [3, 224, 224], 0...1),
      (ThermalPreprocessor.general(side: 24), [1, 24, 24], 0...1),
      (
        DepthPreprocessor.languageBind(), [3, 224, 224], try DepthPreprocessor.languageBind().range
      ),
      (
        DepthPreprocessor.imageBind(DepthCamera(focal: 500)), [1, 224, 224],
        try DepthPreprocessor.imageBind(DepthCamera(focal: 500)).range
      ),
    ]
    for (preparation, shape, range) in cases {
      #expect(preparation.outputShape == shape)
      let input = try preparation.prepare(grey)
      #expect(input.shape == shape)
      #expect(input.values.allSatisfy { range.contains($0) }, "\(preparation)")
      #expect(Set(input.values).count > 40, "\(preparation)")
    }
  }

  @Test("Counts of 16 bits fill the range that they are given")
  func counts() throws {
    let image = try GrayImage(
      width: 4, height: 1, depth: 16, values: [20000, 21000, 22000, 30000])
    var preparation = ThermalPreprocessor(
      convention: .imageBind, side: 1, counts: 20000...22000)
    for (value, expected) in [(19000, 0), (20000, 0), (21000, 128), (22000, 255), (30000, 255)] {
      let pixel = try GrayImage(width: 1, height: 1, depth: 16, values: [UInt16(value)])
      for convention in [ThermalPreprocessor.Convention.imageBind, .languageBind] {
        preparation.convention = convention
        let input = try preparation.prepare(.medium(.gray(pixel)))
        #expect(input.values.allSatisfy { $0 == Float(expected) / 255 }, "\(value)")
      }
    }
    preparation.counts = 5...5
    #expect(throws: MediaError.self) { try preparation.prepare(.medium(.gray(image))) }
    preparation.counts = -1...70000
    #expect(throws: MediaError.self) { try preparation.prepare(.medium(.gray(image))) }
  }

  @Test("Nothing measured is the least depth, and too far is the most")
  func bounds() throws {
    let preparation = DepthPreprocessor(measure: .depth(most: 10), side: 1)
    for (value, expected) in [(0, 0.001), (5000, 0.5), (60000, 1)] {
      let pixel = try GrayImage(width: 1, height: 1, depth: 16, values: [UInt16(value)])
      let input = try preparation.prepare(.medium(.gray(pixel)))
      #expect(input.values.allSatisfy { abs(Double($0) - expected) < 1e-7 }, "\(value)")
    }
  }

  @Test("ImageBind's disparity is a part of 75 pixels, and is no more than those")
  func disparity() throws {
    let camera = DepthCamera(focal: 500, baseline: 0.1)
    let preparation = DepthPreprocessor.imageBind(camera, side: 1)
    #expect(try preparation.range == Float(1.0 / 75)...1)
    // 50 pixel metres: a metre away they are 50 pixels, half a metre away more than 75.
    for (value, expected) in [(1000, 50.0 / 75), (2000, 25.0 / 75), (500, 1), (0, 1)] {
      let pixel = try GrayImage(width: 1, height: 1, depth: 16, values: [UInt16(value)])
      let input = try preparation.prepare(.medium(.gray(pixel)))
      #expect(abs(Double(try #require(input.values.first)) - expected) < 1e-6, "\(value)")
    }
  }

  @Test("Media of another kind, colours for depth and odd settings are refused")
  func refusals() throws {
    let sound = MediaSource.medium(.sound(try Sound(rate: 8000, channels: [[0, 1]])))
    let colours = MediaSource.bytes(try encodePNG(pattern(4, 4)), name: "rgb.png")
    let depth = DepthPreprocessor.languageBind()
    for preparation in [ThermalPreprocessor.imageBind(), PlanePreprocessor(), depth]
      as [any Preparation]
    {
      #expect(throws: MediaError.self) { try preparation.prepare(sound) }
      #expect(throws: MediaError.self) {
        try preparation.prepare(.bytes(Array("<html>".utf8), name: "a.png"))
      }
    }
    let error = try #require(throws: MediaError.self) { try depth.prepare(colours) }
    #expect(error.file == "rgb.png")
    for measure in [
      DepthPreprocessor.Measure.depth(most: 0), .depth(most: .nan),
      .disparity(baseline: 0, focal: 1), .disparity(baseline: 1, focal: .infinity),
      .disparity(baseline: 1, focal: 1, most: 0), .disparity(baseline: 1, focal: 1, most: .nan),
    ] {
      #expect(throws: MediaError.self) { try DepthPreprocessor(measure: measure).range }
    }
  }

  @Test("What a run records makes the same preparation again")
  func codable() throws {
    func check<Value: Preparation>(_ value: Value) throws {
      let data = try JSONEncoder().encode(value)
      #expect(try JSONDecoder().decode(Value.self, from: data) == value)
    }
    try check(ThermalPreprocessor(convention: .languageBind, counts: 7...900))
    try check(DepthPreprocessor.imageBind(DepthCamera(focal: 518.8, coding: .rotated)))
    try check(PlanePreprocessor.languageBind())
  }
}
