import Foundation
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Samples by their places")
struct IndexedSetTests {
  /// Expects the samples of a visit at the places of the index, asked for in any order.
  private func expectSameAsVisit(
    _ set: any DataSet, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let visit = try set.items()
    let index = try set.indexed()
    #expect(index.count == visit.count && index.count > 0, sourceLocation: location)
    #expect(index.source.path == set.path, sourceLocation: location)
    #expect(index.listing == set.listing, sourceLocation: location)
    #expect(index.classNames == set.classNames, sourceLocation: location)
    #expect(index.remarks == set.remarks, sourceLocation: location)
    for place in visit.indices.reversed() {
      let item = try index.item(at: place)
      #expect(item.id == visit[place].id, sourceLocation: location)
      #expect(item.label == visit[place].label, sourceLocation: location)
      #expect(item.file == visit[place].file, sourceLocation: location)
      #expect(index.id(at: place) == item.id, sourceLocation: location)
      #expect(index.label(at: place) == item.label, sourceLocation: location)
      let inputs = try [item, visit[place]].map { try Prefetcher.prepare($0, asTheyAre).input }
      #expect(inputs[0] == inputs[1], sourceLocation: location)
    }
  }

  /// A set of each kind: a folder, two manifests, shards.
  private func withSets(_ body: (any DataSet) throws -> Void) throws {
    try Place.with { place in
      for index in 0..<15 { try place.picture("set/c\(index % 4)/\(index).png", UInt8(index)) }
      try body(openDataSet(at: place.path("set")))
      let rows = (0..<15).map { ("set/c\($0 % 4)/\($0).png", "c\($0 % 3)") }
      try place.write(
        "path,label\n" + rows.map { "\($0.0),\($0.1)\n" }.joined(), "list.csv")
      try body(openDataSet(at: place.path("list.csv")))
      try place.write(
        rows.map { #"{"path": "\#($0.0)", "label": "\#($0.1)"}"# + "\n" }.joined(), "list.jsonl")
      try body(openDataSet(at: place.path("list.jsonl")))
    }
    try Place.with { place in
      try place.shards([7, 1, 5])
      try place.write("a\nb\nc\n", "classnames.txt")
      try body(openDataSet(at: place.path("")))
    }
  }

  @Test("are those of a visit, for folders, manifests and shards")
  func layouts() throws { try withSets { try expectSameAsVisit($0) } }

  @Test("are kept by subsamples, shares, other labels, and without a class")
  func views() throws {
    try withSets { set in
      try expectSameAsVisit(set.taking(Subsample(count: 9, seed: 1)))
      try expectSameAsVisit(set.taking(Subsample(count: 5, seed: 42, rule: .csr)))
      try expectSameAsVisit(set.leavingOut(class: 1))
      for rank in 0..<3 { try expectSameAsVisit(DataShare(of: set, rank: rank, of: 3)) }
      try expectSameAsVisit(DataShare(of: set, rank: 1, of: 2, limit: 5))
      let names = try #require(set.classNames)
      let turned = try RelabelledSet(set, as: ["more"] + names.reversed())
      try expectSameAsVisit(turned)
      #expect(try turned.indexed().label(at: 0) == names.count - set.indexed().label(at: 0))
      try expectSameAsVisit(turned.taking(Subsample(count: 10)).leavingOut(class: 2))
    }
  }

  @Test("of a set without an index of its own are kept from one visit")
  func walked() throws {
    let set = ProbedSet(20)
    let index = try set.indexed()
    #expect(set.visited == 20 && index.count == 20)
    #expect(try index.item(at: 7).id == "7" && index.label(at: 7) == 7)
    #expect(set.visited == 20)
  }

  @Test("refuse a label that no class has")
  func strangeLabel() throws {
    try Place.with { place in
      try place.shards([4])
      try place.write("a\nb\n", "classnames.txt")
      let set = try RelabelledSet(openDataSet(at: place.path("")), as: ["a", "b"])
      #expect(words { try set.indexed() }.contains("has the label 2, but names 2 classes"))
    }
  }

  @Test("of shards name what is damaged: samples when indexed, a cut shard when read")
  func damagedShards() throws {
    try Place.with { place in
      try place.shards([3, 3])
      let index = try openDataSet(at: place.path("")).indexed()
      let whole = try Data(contentsOf: URL(fileURLWithPath: place.path("test/1.tar")))
      try place.write(Array(whole.prefix(whole.count - 1500)), "test/1.tar")
      #expect(try index.item(at: 3).id == "1/a/s0000003")
      let message = words { try index.item(at: 5) }
      #expect(message.contains("1.tar`: ends before byte"), "\(message)")
      #expect(message.contains("hint: "))
      let cut = words { try openDataSet(at: place.path("")).indexed() }
      #expect(cut.contains("stops in the middle of a member"), "\(cut)")
      try place.write(Place.tar([("k.png", try Place.png(1))]), "test/1.tar")
      let classless = words { try openDataSet(at: place.path("")).indexed() }
      #expect(classless.contains("1.tar:k`: has no class index"), "\(classless)")
      try place.remove("test/0.tar")
      #expect(words { try index.item(at: 0) }.contains("0.tar`: does not exist"))
    }
  }

  #if os(Linux)
    @Test("of shards leave none of them open")
    func descriptors() throws {
      try Place.with { place in
        try place.shards([5, 5, 5])
        let index = try openDataSet(at: place.path("")).indexed()
        for place in 0..<15 { _ = try index.item(at: place) }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
          let target = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/self/fd/\($0)")
          return target?.hasPrefix(place.url.resolvingSymlinksInPath().path) == true
        }
        #expect(open.isEmpty)
      }
    }
  #endif

  @Test(
    "of ten thousand pictures as they lie on disk",
    .enabled(if: Fixtures.has("data/cifar10/train"), "needs the pictures in shared/"))
  func real() throws {
    let index = try openDataSet(at: Fixtures.path("data/cifar10/train")).indexed()
    #expect(index.count == 10_000)
    let labels = (0..<index.count).map(index.label(at:))
    #expect(Dictionary(grouping: labels, by: \.self).allSatisfy { $0.value.count == 1000 })
    let order = try BatchOrder(count: index.count, batchSize: 64, seed: 0)
    let loader = try BatchLoader(
      index, preparation: ImagePreprocessor.clip(size: 32), order: order, steps: 155..<158)
    while let batch = try loader.next() {
      let wanted = order.indices(at: loader.step - 1)
      #expect(batch.map(\.id) == wanted.map(index.id(at:)))
      #expect(batch.map(\.label) == wanted.map(index.label(at:)))
      #expect(batch.allSatisfy { $0.input.shape == [3, 32, 32] })
    }
    #expect(loader.step == 158 && loader.skipped.isEmpty)
  }
}

@Suite("Inputs without classes")
struct OpenInputsTests {
  @Test("are a folder of files, or what stands in pairs")
  func unlabelled() throws {
    try Place.with { place in
      for index in 0..<3 { try place.picture("flat/\(index).png") }
      try place.write("input,caption\nflat/0.png,a cat\nflat/2.png,a dog\n", "pairs.csv")
      let flat = try openInputs(at: place.path("flat"))
      #expect(try flat.items().map(\.id) == ["0.png", "1.png", "2.png"])
      let pairs = try openInputs(at: place.path("pairs.csv"))
      #expect(try pairs.items().map(\.id) == ["flat/0.png", "flat/2.png"])
      for set in [flat, pairs, try flat.taking(Subsample(count: 2)), flat.leavingOut(class: 1)] {
        #expect(!set.hasLabels)
        let message = words { try set.checkLabels(for: "tecoa") }
        #expect(message.contains("tecoa needs the classes of its samples"), "\(message)")
        #expect(message.contains("hint: "))
      }
      #expect(!DataShare(of: flat, rank: 0, of: 2).hasLabels)
    }
  }

  @Test("are otherwise what has classes, and what is wrong with it is said")
  func labelled() throws {
    try Place.with { place in
      try place.picture("set/a/0.png")
      try place.write("path,label\nset/a/0.png,\n", "list.csv")
      let set = try openInputs(at: place.path("set"))
      #expect(set.hasLabels && set.layout == "image-folder")
      try set.checkLabels(for: "tecoa")
      #expect(words { try openInputs(at: place.path("list.csv")) }.contains("row 2 has no path"))
      #expect(words { try openInputs(at: place.path("none")) }.contains("does not exist"))
      try place.write("words", "empty/notes.txt")
      #expect(words { try openInputs(at: place.path("empty")) }.contains("holds no pictures"))
    }
  }
}
