import HoldfastErrors
import HoldfastMedia
import Testing

@testable import HoldfastScenes

/// FNV-1a of bytes, 64 bits.
func fingerprint(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

extension SceneSample {
  /// Everything in the sample, as bytes that are the same on every platform.
  var bytes: [UInt8] {
    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
    }
    switch self {
    case .image(let picture): return picture.rgb
    case .film(let frames): return frames.flatMap(\.rgb)
    case .sound(let wave): return bytes(wave.samples)
    case .heat(let heat): return heat.gray
    case .points(let cloud): return bytes(cloud.xyz)
    case .events(let events):
      return (0..<events.count).flatMap { index in
        [
          UInt8(events.x[index]), UInt8(events.y[index]), events.polarity[index] ? 1 : 0,
          UInt8(truncatingIfNeeded: events.time[index]),
          UInt8(truncatingIfNeeded: events.time[index] >> 8),
          UInt8(truncatingIfNeeded: events.time[index] >> 16),
        ]
      }
    case .words(let caption): return Array(caption.utf8)
    }
  }
}

/// Every modality in its smallest size, so that tests are fast.
let smallRenderings = SceneSense.allCases.map {
  SceneRendering($0, size: 16, frames: 2, rate: 8000, seconds: 0.25, points: 64)
}

@Suite("Scenes in all modalities")
struct SceneSenseTests {
  let generator = SceneGenerator(seed: 0)

  @Test(
    "A scene is the same in a modality, byte for byte, as it has always been",
    arguments: zip(
      SceneSense.allCases,
      [
        17_714_206_092_907_866_393, 9_066_173_558_974_512_308, 9_451_655_174_636_034_891,
        8_152_343_652_666_059_685, 1_185_809_297_293_832_478, 2_204_994_298_320_106_094,
        11_704_018_565_054_027_105,
      ] as [UInt64]))
  func golden(sense: SceneSense, expected: UInt64) throws {
    let rendering = SceneRendering(sense, size: 32, frames: 3, seconds: 0.25, points: 256)
    let bytes = try [2, 33, 47, 64].flatMap {
      try rendering.render(generator.scene(.train, $0)).bytes
    }
    #expect(fingerprint(bytes) == expected)
  }

  @Test("Sounds are handed over as sounds, and what can be painted as pictures")
  func media() throws {
    for sense in SceneSense.allCases where sense != .text {
      let rendering = SceneRendering(
        sense, size: 20, frames: 3, rate: 8000, seconds: 0.25, points: 64)
      switch try rendering.render(generator.scene(.train, 0)).medium() {
      case .sound(let sound):
        #expect(sense == .audio)
        #expect(sound.rate == 8000 && sound.frames == 2000)
      case .image(let image):
        #expect([.image, .thermal].contains(sense))
        #expect(image.width == 20 && image.height == 20)
      case .clip(let clip):
        #expect(sense == .video)
        #expect(clip.frames.count == 3 && clip.size.width == 20)
      case .points(let cloud):
        #expect(sense == .points)
        #expect(cloud.count == 64)
      case .events(let events):
        #expect(sense == .event)
        #expect(events.sensor.width == 20 && events.count > 0)
      case .gray: Issue.record("scenes paint their heat")
      }
    }
  }

  @Test("Every attribute is in every modality", arguments: smallRenderings)
  func attributes(rendering: SceneRendering) throws {
    let scene = SceneDescription(
      shape: .square, color: .red, texture: .solid, backgroundColor: .white, seed: 4)
    // Captions tell only some of the attributes, and the size of a body is lost when it is scaled.
    guard rendering.sense != .text else { return }
    let changes: [(String, (inout SceneDescription) -> Void)] = [
      ("shape", { $0.shape = .circle }), ("color", { $0.color = .green }),
      ("texture", { $0.texture = .striped }), ("position", { $0.position = .topLeft }),
      ("size", { $0.size = .small }), ("tilt", { $0.tilt = 15 }),
      ("background", { $0.background = .grainy }), ("behind", { $0.backgroundColor = .yellow }),
      ("seed", { $0.seed = 5 }),
    ]
    let made = try rendering.render(scene)
    #expect(try rendering.render(scene) == made)
    for (name, change) in changes {
      var changed = scene
      change(&changed)
      #expect(try rendering.render(changed) != made, "\(rendering.sense): \(name)")
    }
  }

  @Test("A description made by hand is rendered, however odd", arguments: smallRenderings)
  func oddDescriptions(rendering: SceneRendering) throws {
    for tilt in [Int.min, -720, Int.max] {
      for shape in SceneShape.allCases {
        let scene = SceneDescription(
          shape: shape, color: .red, texture: .dotted, position: .bottomRight, tilt: tilt,
          background: .lined, backgroundColor: .red, seed: UInt64(bitPattern: Int64(tilt)))
        #expect(try !rendering.render(scene).bytes.isEmpty)
      }
    }
  }

  @Test("Settings out of range are errors with a hint")
  func wrongSettings() {
    let wrong = [
      SceneRendering(.image, size: 15), SceneRendering(.video, size: 8),
      SceneRendering(.video, frames: 0), SceneRendering(.video, frames: .max),
      SceneRendering(.audio, rate: 0), SceneRendering(.audio, seconds: .nan),
      SceneRendering(.audio, seconds: 1e9), SceneRendering(.thermal, size: .min),
      SceneRendering(.points, points: 0), SceneRendering(.points, points: .max),
      SceneRendering(.event, size: 100_000),
    ]
    for rendering in wrong {
      let error = #expect(throws: SceneError.self) {
        try rendering.render(generator.scene(.train, 0))
      }
      #expect(error?.description.contains("hint: choose a ") == true, "\(rendering)")
    }
    let words = #expect(throws: SceneError.self) {
      try SceneRendering(.text).render(generator.scene(.train, 0)).medium()
    }
    #expect(words?.hint?.contains("choose another modality") == true)
  }

  @Test("Settings spell out what the modality has use for")
  func settings() {
    #expect(SceneRendering(.image).settings == "size=48")
    #expect(SceneRendering(.event).settings == "size=64")
    #expect(SceneRendering(.video, size: 32).settings == "frames=8,size=32")
    #expect(SceneRendering(.audio).settings == "rate=16000,seconds=1.0")
    #expect(SceneRendering(.points).settings == "points=1024")
  }

  @Test("The table of distances agrees with the outline")
  func field() {
    for shape in SceneShape.allCases {
      for index in 0..<400 {
        let point = Point(Double(index % 20) / 8 - 1.2, Double(index / 20) / 8 - 1.2)
        let difference =
          shape.field.distance(from: point) - shape.outline.signedDistance(from: point)
        #expect(abs(difference) < 0.03, "\(shape)")
      }
    }
  }

  @Test("Two to the power of a number without the C library")
  func powers() {
    #expect(powerOfTwo(0) == 1)
    #expect(powerOfTwo(10) == 1024)
    #expect(powerOfTwo(-3) == 0.125)
    #expect(abs(powerOfTwo(0.5) - 1.414_213_562_373_095) < 1e-7)
    #expect(abs(powerOfTwo(-0.75) - 0.594_603_557_501_361) < 1e-7)
  }
}
