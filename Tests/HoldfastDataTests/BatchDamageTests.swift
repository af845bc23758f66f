import Foundation
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Batches of damaged data")
struct BatchDamageTests {
  /// Pictures, some of which are torn, by their places.
  private func set(
    _ count: Int, in place: Place, torn: (Int) -> Bool
  ) throws -> any IndexedSet {
    for index in 0..<count {
      let name = String(format: "a/%04d.png", index)
      if torn(index) { try place.write("no picture", name) } else { try place.picture(name) }
    }
    return try openDataSet(at: place.path("")).indexed()
  }

  private func loader(
    _ index: any IndexedSet, batchSize: Int = 10, steps: Range<Int> = 0..<20,
    isStrict: Bool = false
  ) throws -> BatchLoader {
    try BatchLoader(
      index, preparation: asTheyAre,
      order: BatchOrder(count: index.count, batchSize: batchSize, seed: 0), steps: steps,
      isStrict: isStrict)
  }

  private func drain(_ loader: BatchLoader) throws {
    while try loader.next() != nil {}
  }

  @Test("name a damaged file once, and put another sample in its place whenever it is asked for")
  func replaced() throws {
    try Place.with { place in
      let index = try set(50, in: place) { [3, 20, 41].contains($0) }
      let loader = try loader(index)
      var visits = 0
      while let batch = try loader.next() {
        #expect(batch.count == 10)
        #expect(!batch.contains { ["a/0003.png", "a/0020.png", "a/0041.png"].contains($0.id) })
        visits += 1
      }
      // Four epochs of three damaged files; another that stands in may be damaged itself.
      #expect(visits == 20 && loader.replacements == 12)
      #expect(
        loader.skipped.map(\.id).sorted() == ["a/0003.png", "a/0020.png", "a/0041.png"])
      let reason = try #require(loader.skipped.first?.reason)
      #expect(reason.contains("this is not an image file") && !reason.contains("hint"))
    }
  }

  @Test("choose what stands in anew at each place")
  func choice() throws {
    try Place.with { place in
      let index = try set(100, in: place) { $0 == 7 }
      let order = try BatchOrder(count: 100, batchSize: 100, seed: 0)
      let loader = try loader(index, batchSize: 100)
      var others: Set<String> = []
      for step in 0..<20 {
        let batch = try #require(try loader.next())
        let hole = try #require(order.indices(at: step).firstIndex(of: 7))
        others.insert(batch[hole].id)
      }
      #expect(others.count > 10)
    }
  }

  @Test("end at the first damaged file where they are strict")
  func strict() throws {
    try Place.with { place in
      let index = try set(50, in: place) { $0 == 20 }
      let order = try BatchOrder(count: 50, batchSize: 10, seed: 0)
      let step = try #require((0..<5).first { order.indices(at: $0).contains(20) })
      let loader = try loader(index, isStrict: true)
      for _ in 0..<step { #expect(try loader.next() != nil) }
      let message = words { try loader.next() as Any }
      #expect(message.contains("0020.png`: this is not an image file"), "\(message)")
      #expect(loader.skipped.isEmpty)
    }
  }

  @Test("end where too much is damaged: a quarter of many, more than half of a few, all")
  func tooMuch() throws {
    try Place.with { place in
      let index = try set(400, in: place) { $0 % 4 == 0 }
      let loader = try loader(index, steps: 0..<200)
      let message = words { try drain(loader) }
      #expect(message.contains("has 33 damaged files among the first"), "\(message)")
      #expect(message.contains("not an image file") && message.contains("hint: repair them"))
      #expect(loader.step > 5 && loader.step < 20)
    }
    for torn in [5, 6, 10] {
      try Place.with { place in
        let index = try set(10, in: place) { $0 < torn }
        let loader = try loader(index, batchSize: 2, steps: 0..<40)
        let message = words { try drain(loader) }
        #expect(message.contains("has 6 damaged files") == (torn > 5), "\(message)")
      }
    }
    try Place.with { place in
      let index = try set(100, in: place) { _ in true }
      let loader = try loader(index)
      #expect(words { try loader.next() as Any }.contains("has 33 damaged files"))
    }
  }

  @Test("bear a little damage, however much data there is")
  func little() throws {
    try Place.with { place in
      let index = try set(1000, in: place) { $0 % 20 == 0 }
      let loader = try loader(index, batchSize: 100, steps: 0..<10)
      try drain(loader)
      #expect(loader.skipped.count == 50)
    }
  }
}
