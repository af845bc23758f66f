import Foundation
import Testing

@testable import HoldfastScenes

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
          shape: .circle, color: .red, texture: .striped, position: .center, size: .small, tilt: 15,
          background: .gradient, backgroundColor: .pink, seed: 1_558_991_776_508_477_819))
  }
}
