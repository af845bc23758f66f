import Holdfast
import Testing

@Suite("Scenes as a data set")
struct SceneSetTests {
  private let generator = SceneGenerator(seed: 0)

  /// Pictures without resizing.
  private static let asTheyAre = ImagePreprocessor(resize: .none)

  private static func items(of set: SceneSet) throws -> [DataItem] {
    var cursor = try set.makeCursor()
    var items: [DataItem] = []
    while let item = try cursor.next() { items.append(item) }
    return items
  }

  @Test("are labelled by shape, sized as asked, and the same at every visit")
  func visits() throws {
    let set = SceneSet(
      generator: SceneGenerator(seed: 3), split: .evaluation, size: 16, samples: 12)
    let first = try Self.items(of: set)
    #expect(first.map(\.id) == (0..<12).map { "\(SceneSplit.evaluation.rawValue)/\($0)" })
    #expect(set.count == 12)
    #expect(set.classNames == SceneGenerator.classNames)
    for (index, item) in first.enumerated() {
      let scene = set.generator.scene(.evaluation, index)
      #expect(item.label == scene.shape.label)
      let sample = try Prefetcher.prepare(item, Self.asTheyAre)
      #expect(sample.input.shape == [3, 16, 16])
    }
    let again = try Self.items(of: set).map {
      try Prefetcher.prepare($0, Self.asTheyAre).input.values
    }
    #expect(try first.map { try Prefetcher.prepare($0, Self.asTheyAre).input.values } == again)
    #expect(set.path.contains("seed=3"))
  }

  @Test("are had by their places as at a visit, also in random order", arguments: [nil, 7])
  func places(shuffle: UInt64?) throws {
    let set = SceneSet(
      generator: generator, split: .train, size: 16, samples: 12, shuffle: shuffle)
    let items = try Self.items(of: set)
    let index = try set.indexed()
    #expect(index.count == 12)
    for place in items.indices.reversed() {
      let item = try index.item(at: place)
      #expect(item.id == items[place].id && index.id(at: place) == item.id)
      #expect(item.label == items[place].label && index.label(at: place) == item.label)
      let inputs = try [item, items[place]].map {
        try Prefetcher.prepare($0, Self.asTheyAre).input
      }
      #expect(inputs[0] == inputs[1])
    }
  }

  @Test("What is seen, heard and felt of one scene has one id, one label and one concept")
  func pairs() throws {
    let senses: [SceneSense] = [.image, .audio, .thermal, .event]
    let sets = senses.map { sense in
      SceneSet(
        generator: generator, split: .validation,
        rendering: SceneRendering(sense, size: 16, rate: 8000, seconds: 0.25), samples: 25,
        shuffle: 3)
    }
    let items = try sets.map(Self.items)
    for visits in items {
      #expect(visits.map(\.id) == items[0].map(\.id))
      #expect(visits.map(\.label) == items[0].map(\.label))
    }
    for (position, item) in items[0].enumerated() {
      let scene = generator.scene(.validation, sets[0].index(at: position))
      #expect(scene.label == item.label)
      #expect(scene.split == .validation)
    }
    #expect(Set(sets.map(\.path)).count == senses.count)
    #expect(sets[0].path == "scenes:validation,seed=0,size=16")
    #expect(sets[1].path == "scenes:validation,sense=audio,seed=0,rate=8000,seconds=0.25")
  }
}
