import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Synchronization
import Testing

/// A set that notes how far it was read, and when nobody can read it any more.
final class ProbedSet: DataSet {
  private let visits = Mutex(0)
  private let length: Int

  init(_ count: Int) { length = count }

  var layout: String { "probe" }
  var path: String { "probe" }
  var classNames: [String]? { nil }
  var count: Int? { length }
  var listing: String? { nil }

  /// How many samples were asked for.
  var visited: Int { visits.withLock { $0 } }

  func makeCursor() -> any DataCursor { Cursor(set: self) }

  private struct Cursor: DataCursor {
    let set: ProbedSet
    var index = 0

    mutating func next() throws -> DataItem? {
      guard index < set.length else { return nil }
      set.visits.withLock { $0 += 1 }
      defer { index += 1 }
      let image = try Image(width: 1, height: 1, pixels: [UInt8(index % 256), 0, 0])
      return DataItem(
        id: "\(index)", label: index, file: "probe \(index)", content: .medium(.image(image)))
    }
  }
}

@Suite("Reading ahead")
struct PrefetcherTests {
  private func all(_ prefetcher: Prefetcher) throws -> [PreparedSample] {
    var samples: [PreparedSample] = []
    while let sample = try prefetcher.next() { samples.append(sample) }
    return samples
  }

  /// Waits until a condition holds, for at most two seconds.
  private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<400 {
      if condition() { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return condition()
  }

  @Test("keeps the order, and ends")
  func order() throws {
    let prefetcher = Prefetcher(ProbedSet(300), preparation: asTheyAre, capacity: 7)
    let samples = try all(prefetcher)
    #expect(samples.map(\.id) == (0..<300).map(String.init))
    #expect(samples[3].input.values == [Float(3) / 255, 0, 0])
    #expect(samples[3].input.shape == [3, 1, 1])
    #expect(try prefetcher.next() == nil)
  }

  @Test("visits no more than the limit, and passes over what is skipped")
  func limit() throws {
    let set = ProbedSet(100)
    let prefetcher = Prefetcher(
      set, preparation: asTheyAre, limit: 10, skip: { ["0", "4", "9"].contains($0.id) })
    #expect(try all(prefetcher).map(\.id) == ["1", "2", "3", "5", "6", "7", "8"])
    #expect(set.visited == 10)
  }

  @Test("counts places over the whole set, also of a share, and those that are skipped")
  func places() throws {
    let skipped = Prefetcher(
      ProbedSet(6), preparation: asTheyAre, skip: { ["0", "3"].contains($0.id) })
    #expect(try all(skipped).map(\.place) == [1, 2, 4, 5])
    let share = DataShare(of: ProbedSet(8), rank: 1, of: 3)
    #expect(try all(Prefetcher(share, preparation: asTheyAre)).map(\.place) == [1, 4, 7])
  }

  @Test("holds at most its capacity, and one sample in the making", arguments: [0, 1, 5])
  func bounded(capacity: Int) throws {
    let set = ProbedSet(10_000)
    let prefetcher = Prefetcher(set, preparation: asTheyAre, capacity: capacity)
    let most = max(1, capacity) + 1
    #expect(eventually { set.visited == most })
    for taken in 1...20 {
      _ = try prefetcher.next()
      #expect(set.visited <= most + taken)
    }
    Thread.sleep(forTimeInterval: 0.02)
    #expect(set.visited <= most + 20)
  }

  @Test("stops when it is cancelled, and answers nothing more", .timeLimit(.minutes(1)))
  func cancel() throws {
    let set = ProbedSet(10_000)
    let prefetcher = Prefetcher(set, preparation: asTheyAre, capacity: 3)
    _ = try prefetcher.next()
    prefetcher.cancel()
    #expect(try prefetcher.next() == nil)
    Thread.sleep(forTimeInterval: 0.02)
    let visited = set.visited
    Thread.sleep(forTimeInterval: 0.05)
    #expect(set.visited == visited)
  }

  @Test("ends its thread when nobody holds it", .timeLimit(.minutes(1)))
  func dropped() throws {
    weak var set: ProbedSet?
    do {
      let probed = ProbedSet(10_000)
      set = probed
      _ = try Prefetcher(probed, preparation: asTheyAre, capacity: 3).next()
    }
    #expect(eventually { set == nil }, "the thread still holds its data set")
  }

  @Test("names the picture that is broken, after those before it")
  func broken() throws {
    try Place.with { place in
      try place.picture("a/1.png")
      try place.write(Array(try Place.png(1).prefix(30)), "b/torn.png")
      try place.write([], "c/empty.png")
      let set = try openDataSet(at: place.path(""))
      let prefetcher = Prefetcher(set, preparation: asTheyAre)
      #expect(try prefetcher.next()?.id == "a/1.png")
      #expect(words { try prefetcher.next() as Any }.contains("b/torn.png"))
      // The error stays.
      #expect(words { try prefetcher.next() as Any }.contains("b/torn.png"))
      let empty = DataItem(
        id: "c", label: 0, file: "c", content: .file(place.path("c/empty.png")))
      #expect(words { try Prefetcher.prepare(empty, asTheyAre) }.contains("c/empty.png"))
      let gone = DataItem(id: "d", label: 0, file: "d", content: .file(place.path("d.png")))
      #expect(words { try Prefetcher.prepare(gone, asTheyAre) }.contains("d.png"))
    }
  }
}
