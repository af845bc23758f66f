import HoldfastCore
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Subsamples")
struct SubsampleTests {
  @Test("hold at least two of each class, and as many as were asked for")
  func twoPerClass() throws {
    // 50 classes: 5 of two samples, 45 of a hundred.
    let labels = (0..<50).flatMap { [Int](repeating: $0, count: $0 < 5 ? 2 : 100) }
    let ids = labels.indices.map { "s\($0)" }
    let places = try Subsample(count: 1000).places(of: ids, labels: labels)
    #expect(places.count == 1000 && places == places.sorted() && Set(places).count == 1000)
    let counts = Dictionary(grouping: places) { labels[$0] }.mapValues(\.count)
    #expect(counts.count == 50 && counts.values.allSatisfy { $0 >= 2 })
    #expect(try Subsample(count: 1000).places(of: ids, labels: labels) == places)
    #expect(try Subsample(count: 1000, seed: 1).places(of: ids, labels: labels) != places)
    #expect(try Subsample(count: 9000).places(of: ids, labels: labels).count == ids.count)
    let few = words { try Subsample(count: 99).places(of: ids, labels: labels) }
    #expect(few.contains("too few for two of each of 50 classes") && few.contains("100"))
  }

  @Test("do not depend on the order of the set, nor on what is not in it")
  func order() throws {
    let ids = (0..<100).map { "s\($0)" }
    let taken = try Subsample(count: 10).places(of: ids, labels: nil).map { ids[$0] }
    let reversed = Array(ids.reversed())
    let again = try Subsample(count: 10).places(of: reversed, labels: nil).map { reversed[$0] }
    #expect(Set(taken) == Set(again))
    let without = ids.filter { !taken.contains($0) || $0 == taken[0] }
    let kept = try Subsample(count: 10).places(of: without, labels: nil).map { without[$0] }
    #expect(kept.contains(taken[0]))
  }

  @Test("of CSR are numpy's permutation of the seed 42")
  func csr() throws {
    // np.random.RandomState(42).permutation(10), and the first eight of permutation(5000).
    let order = [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]
    let ids = (0..<10).map { "\($0)" }
    for count in 1...9 {
      let places = try Subsample("csr:\(count)").places(of: ids, labels: nil)
      #expect(places == order.prefix(count).sorted())
    }
    let many = try Subsample("csr:8").places(of: (0..<5000).map { "\($0)" }, labels: nil)
    #expect(many == [1501, 2586, 2653, 1055, 705, 106, 589, 2468].sorted())
  }

  @Test("are spelled as a number with a seed, or as csr")
  func spelling() throws {
    #expect(try Subsample("1000") == Subsample(count: 1000, seed: 0))
    #expect(try Subsample("10:7") == Subsample(count: 10, seed: 7))
    #expect(try Subsample("csr") == Subsample(count: 1000, seed: 42, rule: .csr))
    for text in ["", "0", "-1", "ten", "10:", "10:x", "10:-1", "10:1:1", "csr:0", "csr:1:2", ":"] {
      let message = words { try Subsample(text) }
      #expect(message.contains("is not a subsample"), "\(text): \(message)")
    }
  }

  @Test("of folders and of shards are visited in the set's order, and named by it")
  func sets() throws {
    try Place.with { place in
      for index in 0..<20 { try place.picture("\(index % 4)x/\(index).png") }
      let set = try openDataSet(at: place.path(""))
      let some = try set.taking(Subsample(count: 9, seed: 3))
      #expect(some.count == 9 && some.subsample == Subsample(count: 9, seed: 3))
      #expect(some.listing == set.listing && some.classNames == set.classNames)
      let all = try set.items().map(\.id)
      let taken = try some.items()
      #expect(taken.map(\.id) == all.filter { id in taken.contains { $0.id == id } })
      #expect(Set(taken.map(\.label)).count == 4)
    }
  }
}
