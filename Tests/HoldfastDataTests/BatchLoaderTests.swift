import Foundation
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Synchronization
import Testing

/// An index that notes how many samples were asked for.
private final class ProbedIndex: IndexedSet {
  private let asked = Mutex(0)
  private let base: any IndexedSet

  init(_ count: Int) throws { base = try ProbedSet(count).indexed() }

  /// How many samples were asked for.
  var reads: Int { asked.withLock { $0 } }

  var source: any DataSet { base.source }
  var count: Int { base.count }
  func id(at place: Int) -> String { base.id(at: place) }
  func label(at place: Int) -> Int { base.label(at: place) }
  func item(at place: Int) throws -> DataItem {
    asked.withLock { $0 += 1 }
    return try base.item(at: place)
  }
}

@Suite("Batches decoded ahead")
struct BatchLoaderTests {
  private func batches(_ loader: BatchLoader) throws -> [[PreparedSample]] {
    var batches: [[PreparedSample]] = []
    while let batch = try loader.next() { batches.append(batch) }
    return batches
  }

  /// Ids, labels and inputs, to be compared to the bit.
  private func content(_ batches: [[PreparedSample]]) -> [[String]] {
    batches.map { $0.map { "\($0.id) \($0.label) \($0.checksum)" } }
  }

  /// Waits until a condition holds, for at most two seconds.
  private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<400 {
      if condition() { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return condition()
  }

  @Test("hold what the order asks for, and end")
  func content() throws {
    let index = try ProbedSet(20).indexed()
    let order = try BatchOrder(count: 20, batchSize: 6, seed: 4)
    let loader = try BatchLoader(index, preparation: asTheyAre, order: order, steps: 2..<9)
    for step in 2..<9 {
      #expect(loader.step == step)
      let batch = try #require(try loader.next())
      #expect(batch.map(\.label) == order.indices(at: step))
      #expect(batch.map { $0.input.values[0] * 255 } == batch.map { Float($0.label) })
    }
    #expect(try loader.next() == nil && loader.step == 9)
    let none = try BatchLoader(index, preparation: asTheyAre, order: order, steps: 3..<3)
    #expect(try none.next() == nil)
  }

  @Test(
    "depend neither on the threads nor on the first step, with damage and augmentation too",
    arguments: [1, 2, 4])
  func resumption(threads: Int) throws {
    try Place.with { place in
      for index in 0..<30 {
        let name = "c\(index % 3)/\(index).png"
        if index % 7 == 2 {
          try place.write("torn", name)
        } else {
          let pixels = (0..<192).map { UInt8(($0 * 7 + index * 31) % 256) }
          try place.write(encodePNG(Image(width: 8, height: 8, pixels: pixels)), name)
        }
      }
      let index = try openDataSet(at: place.path("")).indexed()
      func loader(_ steps: Range<Int>, threads: Int, shard: Range<Int>? = nil) throws
        -> BatchLoader
      {
        try BatchLoader(
          index, preparation: ImagePreprocessor.clip(size: 6),
          order: BatchOrder(count: 30, batchSize: 8, seed: 5), steps: steps, shard: shard,
          augmentation: Augmentation("crop-flip:scale=0.5"), threads: threads)
      }
      let whole = try loader(0..<10, threads: 1)
      let all = try content(batches(whole))
      #expect(all.count == 10 && Set(all.joined()).count > 60)
      let full = try loader(0..<10, threads: threads)
      #expect(try content(batches(full)) == all)
      #expect(full.skipped == whole.skipped && full.replacements == whole.replacements)
      #expect(try content(batches(loader(5..<10, threads: threads))) == Array(all[5...]))
      let parts = try [0..<3, 3..<8].map {
        try content(batches(loader(0..<10, threads: threads, shard: $0)))
      }
      #expect(zip(parts[0], parts[1]).map { $0 + $1 } == all)
    }
  }

  @Test("are bounded in number, however slowly they are taken", arguments: [1, 3])
  func bounded(ahead: Int) throws {
    let index = try ProbedIndex(100)
    let loader = try BatchLoader(
      index, preparation: asTheyAre, order: BatchOrder(count: 100, batchSize: 10, seed: 0),
      steps: 0..<1000, threads: 4, ahead: ahead)
    #expect(eventually { index.reads == 10 * ahead })
    for taken in 1...5 {
      _ = try loader.next()
      #expect(index.reads <= 10 * (ahead + taken))
    }
    #expect(eventually { index.reads == 10 * (ahead + 5) })
    Thread.sleep(forTimeInterval: 0.02)
    #expect(index.reads == 10 * (ahead + 5))
  }

  @Test("stop when they are cancelled, or nobody holds the loader", .timeLimit(.minutes(1)))
  func cancel() throws {
    weak var dropped: ProbedIndex?
    do {
      let index = try ProbedIndex(100)
      dropped = index
      let order = try BatchOrder(count: 100, batchSize: 10, seed: 0)
      let loader = try BatchLoader(
        index, preparation: asTheyAre, order: order, steps: 0..<1000, threads: 2)
      _ = try loader.next()
      loader.cancel()
      #expect(try loader.next() == nil)
      _ = try BatchLoader(index, preparation: asTheyAre, order: order, steps: 0..<1000).next()
    }
    #expect(eventually { dropped == nil }, "a thread still holds the data")
  }

  @Test("give an error after the batches before it, and it stays")
  func vanished() throws {
    try Place.with { place in
      for index in 0..<20 { try place.picture("a/\(index).png") }
      let index = try openDataSet(at: place.path("")).indexed()
      let order = try BatchOrder(count: 20, batchSize: 4, seed: 0)
      let gone = order.indices(at: 3)[2]
      try place.remove(index.id(at: gone))
      let loader = try BatchLoader(index, preparation: asTheyAre, order: order, steps: 0..<50)
      for step in 0..<3 {
        #expect(try loader.next()?.count == 4)
        #expect(loader.step == step + 1)
      }
      for _ in 0..<2 {
        let message = words { try loader.next() as Any }
        #expect(message.contains("has vanished since the data set was opened"), "\(message)")
      }
      #expect(loader.step == 3 && loader.skipped.isEmpty)
    }
  }

  @Test("read shards from several threads")
  func shards() throws {
    try Place.with { place in
      try place.shards([17, 9, 14])
      let index = try openDataSet(at: place.path("")).indexed()
      let order = try BatchOrder(count: 40, batchSize: 16, seed: 0)
      let loader = try BatchLoader(
        index, preparation: asTheyAre, order: order, steps: 0..<10, threads: 4)
      for (step, batch) in try batches(loader).enumerated() {
        // The n-th picture has the level n, and the class n modulo 3.
        let places = order.indices(at: step)
        #expect(batch.map { Int(($0.input.values[0] * 255).rounded()) } == places)
        #expect(batch.map(\.label) == places.map { $0 % 3 })
      }
    }
  }
}
