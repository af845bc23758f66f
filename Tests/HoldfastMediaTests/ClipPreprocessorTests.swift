import Foundation
import HoldfastMedia
import Testing

@Suite("Videos as models take them")
struct ClipPreprocessorTests {
  @Test("LanguageBind and ImageBind see what their own steps make")
  func upstream() throws {
    let goldens = try PictureGoldens.read()
    let tolerance = try goldens.tolerance("float32")
    for golden in goldens.videos {
      let clip = try patternClip(
        golden.width, golden.height, frames: golden.frames, rate: golden.rate)
      let cases: [(ClipPreprocessor, PictureGoldens.Picked)] = [
        (.languageBind(), golden.languageBind),
        (.imageBind(), golden.imageBind),
        (.general(frames: 4, side: goldens.side), golden.general),
      ]
      for (preparation, picked) in cases {
        var preparation = preparation
        preparation.side = goldens.side
        let input = try preparation.prepare(.medium(.clip(clip)))
        #expect(preparation.outputShape == input.shape)
        expectPicked(input, picked, tolerance: tolerance, "\(golden): \(preparation.choice)")
      }
    }
  }

  /// A frame of one colour says which frame it is: its number in red and green.
  private func numbered(_ count: Int, rate: Double? = nil) throws -> Clip {
    try Clip(
      frames: (0..<count).map { index in
        try Image(
          width: 1, height: 1, pixels: [UInt8(index / 256), UInt8(index % 256), 0])
      }, rate: rate)
  }

  private func number(_ values: [Float], _ place: Int, step: Int) -> Int {
    Int((values[place] * 255).rounded()) * 256 + Int((values[place + step] * 255).rounded())
  }

  @Test("Frames of the whole are numpy's linspace")
  func whole() throws {
    for golden in try PictureGoldens.read().choices.whole {
      let input = try ClipPreprocessor(choice: .whole(count: golden.count), side: 1)
        .prepare(.medium(.clip(numbered(golden.frames))))
      let found = (0..<golden.count).map { number(input.values, $0, step: golden.count) }
      #expect(found == golden.indices, "\(golden.count) of \(golden.frames)")
    }
  }

  @Test("Frames of clips are pytorchvideo's, at whole and broken rates")
  func clips() throws {
    var preparation = ClipPreprocessor.imageBind()
    preparation.side = 1
    for golden in try PictureGoldens.read().choices.clips {
      let clip = try numbered(golden.frames, rate: golden.rate)
      let input = try preparation.prepare(.medium(.clip(clip)))
      let found = (0..<5).map { view in
        (0..<2).map { number(input.values, view * 18 + $0, step: 2) }
      }
      #expect(found == golden.indices, "\(golden.frames) frames at \(golden.rate)")
    }
  }

  @Test("A clip without a rate has the assumed one")
  func assumedRate() throws {
    var preparation = ClipPreprocessor.imageBind()
    preparation.side = 1
    preparation.assumedRate = 50
    let known = try preparation.prepare(.medium(.clip(numbered(300, rate: 50))))
    #expect(try preparation.prepare(.medium(.clip(numbered(300)))) == known)
    preparation.assumedRate = 10
    #expect(try preparation.prepare(.medium(.clip(numbered(300)))) != known)
  }

  @Test("A picture is a video of one frame")
  func picture() throws {
    let image = try pattern(40, 30)
    for preparation in [
      ClipPreprocessor.languageBind(), .imageBind(), .general(frames: 3, side: 20),
    ] {
      let clip = try preparation.prepare(.medium(.clip(Clip(frames: [image]))))
      #expect(try preparation.prepare(.medium(.image(image))) == clip)
      #expect(try preparation.prepare(.bytes(encodePNG(image), name: "a.png")) == clip)
      #expect(clip.values.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test("The seed mirrors some videos and not others, always the same, and none without it")
  func flip() throws {
    let clips = try (0..<12).map { index in
      try Clip(frames: [
        Image(width: 2, height: 2, pixels: (0..<12).map { UInt8($0 * 20 + index) })
      ])
    }
    func inputs(_ seed: UInt64?) throws -> [PreparedInput] {
      try clips.map { clip in
        try ClipPreprocessor(choice: .whole(count: 1), side: 2, flipSeed: seed)
          .prepare(.medium(.clip(clip)))
      }
    }
    let plain = try inputs(nil)
    let seeded = try inputs(7)
    #expect(try inputs(7) == seeded)
    let mirrored = plain.map { input in
      stride(from: 0, to: input.values.count, by: 2).flatMap { place in
        [input.values[place + 1], input.values[place]]
      }
    }
    var changed = 0
    for index in clips.indices {
      let isMirrored = seeded[index].values == mirrored[index]
      #expect(isMirrored || seeded[index] == plain[index])
      changed += isMirrored ? 1 : 0
    }
    #expect((1..<12).contains(changed))
  }

  @Test("Frames that differ in size, no frame and odd settings are refused")
  func refusals() throws {
    #expect(throws: MediaError.self) { try Clip(frames: []) }
    #expect(throws: MediaError.self) { try Clip(frames: [pattern(2, 2)], rate: 0) }
    let error = try #require(throws: MediaError.self) {
      try Clip(frames: [pattern(2, 2), pattern(2, 2), pattern(2, 3)])
    }
    #expect(error.what.contains("frame 2"))
    let clip = MediaSource.medium(.clip(try Clip(frames: [pattern(8, 8)])))
    for preparation in [
      ClipPreprocessor(choice: .whole(count: 0)), ClipPreprocessor(choice: .whole(count: 1 << 40)),
      ClipPreprocessor(choice: .clips(count: 5, seconds: .nan, frames: 2)),
      ClipPreprocessor(choice: .clips(count: 5, seconds: 2, frames: 0)),
      ClipPreprocessor(choice: .whole(count: 8), side: 0),
      ClipPreprocessor(choice: .whole(count: 8), assumedRate: 0),
      ClipPreprocessor(choice: .whole(count: 1024), side: 4096),
    ] {
      #expect(throws: MediaError.self, "\(preparation)") { try preparation.prepare(clip) }
    }
    let sound = MediaSource.medium(.sound(try Sound(rate: 8000, channels: [[0, 1]])))
    #expect(throws: MediaError.self) { try ClipPreprocessor.imageBind().prepare(sound) }
  }

  @Test("What a run records makes the same preparation again")
  func codable() throws {
    for value in [ClipPreprocessor.imageBind(), .languageBind(flipSeed: 3)] {
      let data = try JSONEncoder().encode(value)
      #expect(try JSONDecoder().decode(ClipPreprocessor.self, from: data) == value)
    }
  }
}

/// The video that goldens are made from: the pattern, 17 lighter for each frame, modulo 256.
func patternClip(_ width: Int, _ height: Int, frames: Int, rate: Double? = nil) throws -> Clip {
  let first = try pattern(width, height)
  let images = try (0..<frames).map { index in
    try Image(
      width: width, height: height, pixels: first.pixels.map { $0 &+ UInt8(17 * index % 256) })
  }
  return try Clip(frames: images, rate: rate)
}
