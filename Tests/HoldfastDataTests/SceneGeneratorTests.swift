import Foundation
import Testing

@testable import HoldfastData

@Suite("Scene generator")
struct SceneGeneratorTests {
  let generator = SceneGenerator(seed: 0)

  @Test("Classes are balanced in every stretch of 20 indexes, negative ones too")
  func balance() {
    for start in [0, 1, 12_345, -7, Int.max - 20, Int.min] {
      let labels = (0..<20).map { generator.scene(.evaluation, start + $0).label }
      #expect(Set(labels).count == 20)
    }
  }

  @Test("A scene is had at any time, in any order")
  func randomAccess() {
    let forwards = (0..<200).map { generator.scene(.train, $0) }
    let backwards = (0..<200).reversed().map { SceneGenerator(seed: 0).scene(.train, $0) }
    #expect(forwards == backwards.reversed())
  }

  @Test("Other seeds give other scenes")
  func seeds() {
    let other = SceneGenerator(seed: 1)
    let seeds = Set((0..<1000).map { generator.scene(.train, $0).seed })
    #expect((0..<1000).allSatisfy { !seeds.contains(other.scene(.train, $0).seed) })
  }

  @Test("Free attributes take all their values, about equally often")
  func freeAttributes() {
    let scenes = (0..<18_000).map { generator.scene(.train, $0) }
    for position in ScenePosition.allCases {
      #expect((1800...2200).contains(scenes.count { $0.position == position }))
    }
    for size in SceneSize.allCases {
      #expect((5700...6300).contains(scenes.count { $0.size == size }))
    }
    for background in SceneBackground.allCases {
      #expect((4250...4750).contains(scenes.count { $0.background == background }))
    }
    #expect(Set(scenes.map(\.tilt)) == Set(-20...20))
    #expect(Set(scenes.map(\.backgroundColor)) == Set(SceneColor.allCases))
  }

  @Test("Both tones of a shape stand out from the background")
  func contrast() {
    for color in SceneColor.allCases {
      #expect(color.contrastingBackgrounds.count >= 4)
      #expect(!color.contrastingBackgrounds.contains(color))
    }
    for index in 0..<2000 {
      let scene = generator.scene(.train, index)
      #expect(scene.color.contrastingBackgrounds.contains(scene.backgroundColor))
    }
  }

  @Test("A description survives JSON")
  func codable() throws {
    for index in 0..<50 {
      let scene = generator.scene(.validation, index)
      let data = try JSONEncoder().encode(scene)
      #expect(try JSONDecoder().decode(SceneDescription.self, from: data) == scene)
    }
  }

  @Test("The first scene is what it has always been")
  func golden() {
    let scene = generator.scene(.train, 0)
    #expect(
      scene
        == SceneDescription(
          shape: .circle, color: .red, texture: .striped, position: .center, size: .small, tilt: 0,
          background: .gradient, backgroundColor: .pink, seed: 0))
  }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test("The sequence is that of the reference implementation")
  func reference() {
    // splitmix64.c by Sebastiano Vigna, seed 1234567.
    var random = SplitMix64(seed: 1_234_567)
    let values = (0..<5).map { _ in random.next() }
    #expect(
      values == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("Numbers stay in their ranges and reach both ends")
  func ranges() {
    var random = SplitMix64(seed: 5)
    var seen: Set<Int> = []
    for _ in 0..<10_000 {
      #expect((0..<1).contains(random.unit()))
      #expect((-2.0...3.0).contains(random.number(in: -2...3)))
      seen.insert(random.integer(in: -3...3))
    }
    #expect(seen == Set(-3...3))
    #expect(random.pick([Int]()) == nil)
  }

  @Test("Streams of one seed differ")
  func streams() {
    let firsts = (0..<UInt64(1000)).map { stream in
      var random = SplitMix64(seed: 9, stream: stream)
      return random.next()
    }
    #expect(Set(firsts).count == 1000)
  }
}
