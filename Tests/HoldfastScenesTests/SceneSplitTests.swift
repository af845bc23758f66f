import Testing

@testable import HoldfastScenes

@Suite("Scene splits")
struct SceneSplitTests {
  struct Combination: Hashable {
    let shape: SceneShape
    let color: SceneColor
    let texture: SceneTexture

    init(_ scene: SceneDescription) {
      shape = scene.shape
      color = scene.color
      texture = scene.texture
    }
  }

  @Test("No combination, seed or scene of one split occurs in another, over 100,000 indexes")
  func disjoint() {
    let generator = SceneGenerator(seed: 3)
    var combinations: [SceneSplit: Set<Combination>] = [:]
    var seeds: Set<UInt64> = []
    for split in SceneSplit.allCases {
      for index in 0..<100_000 {
        let scene = generator.scene(split, index)
        #expect(scene.split == split)
        combinations[split, default: []].insert(Combination(scene))
        seeds.insert(scene.seed)
      }
    }
    #expect(combinations[.train]?.count == 800)
    #expect(combinations[.validation]?.count == 100)
    #expect(combinations[.evaluation]?.count == 100)
    let union = combinations.values.reduce(into: Set()) { $0.formUnion($1) }
    #expect(union.count == 1000)
    #expect(seeds.count == 300_000)
  }

  @Test("Generators with other seeds never train on what another holds out")
  func disjointAcrossSeeds() {
    for seed in [0, 1, UInt64.max] {
      let generator = SceneGenerator(seed: seed)
      #expect((0..<2000).allSatisfy { generator.scene(.train, $0).split == .train })
      #expect((0..<2000).allSatisfy { generator.scene(.evaluation, $0).split == .evaluation })
    }
  }

  @Test("Every pair of shape, colour and texture occurs in training")
  func pairCoverage() {
    let generator = SceneGenerator(seed: 0)
    let scenes = (0..<800).map { generator.scene(.train, $0) }
    #expect(Set(scenes.map { [$0.shape.rawValue, $0.color.rawValue] }).count == 200)
    #expect(Set(scenes.map { [$0.shape.rawValue, $0.texture.rawValue] }).count == 100)
    #expect(Set(scenes.map { [$0.color.rawValue, $0.texture.rawValue] }).count == 50)
  }

  @Test("Each split holds the same number of combinations of every value")
  func design() {
    let share: [SceneSplit: Int] = [.train: 8, .validation: 1, .evaluation: 1]
    for split in SceneSplit.allCases {
      let tenths = share[split] ?? 0
      let all = SceneShape.allCases.flatMap { split.combinations(of: $0) }
      for shape in SceneShape.allCases {
        #expect(split.combinations(of: shape).count == 5 * tenths)
      }
      for color in SceneColor.allCases {
        #expect(all.count { $0.color == color } == 10 * tenths)
      }
      for texture in SceneTexture.allCases {
        #expect(all.count { $0.texture == texture } == 20 * tenths)
      }
    }
  }
}
