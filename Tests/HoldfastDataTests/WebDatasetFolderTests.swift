import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Webdataset folders")
struct WebDatasetFolderTests {
  @Test("give classes, templates, and the samples of each shard in order")
  func reading() throws {
    try Place.withShards { place in
      let set = try openDataSet(at: place.path(""))
      #expect(set.layout == "webdataset")
      #expect(set.classNames == ["cat", "dog"])
      #expect(set.templates == ["a {}.", "the {}."])
      let items = try set.items()
      #expect(items.map(\.id) == ["0/s0", "0/s1", "1/s0"])
      #expect(items.map(\.label) == [1, 0, 1])
      let prepared = try Prefetcher.prepare(items[0], asTheyAre)
      #expect(prepared.input.values.allSatisfy { $0 == Float(9) / 255 })
      // The folder of the shards names the same set.
      #expect(try openDataSet(at: place.path("test")).items().map(\.id) == items.map(\.id))
    }
  }

  @Test("do without classes and templates, and change their listing with a shard")
  func optional() throws {
    try Place.withShards { place in
      let before = try openDataSet(at: place.path("")).listing
      try FileManager.default.removeItem(atPath: place.path("classnames.txt"))
      try FileManager.default.removeItem(
        atPath: place.path("zeroshot_classification_templates.txt"))
      let set = try openDataSet(at: place.path(""))
      #expect(set.classNames == nil)
      #expect(set.templates == nil)
      #expect(set.listing == before)
      try place.write(
        Place.tar(try Place.sample("s0", "1") + Place.sample("s9", "0")), "test/1.tar")
      #expect(try openDataSet(at: place.path("")).listing != before)
    }
  }

  @Test("that lack a shard, a count or their kind are refused when opened")
  func damagedFolders() throws {
    try Place.withShards { place in
      try place.write("3", "test/nshards.txt")
      #expect(words { try openDataSet(at: place.path("")) }.contains("2.tar`: is missing"))
      for text in ["", "0", "-1", "many", "99999999999999999999"] {
        try place.write(text, "test/nshards.txt")
        let message = words { try openDataSet(at: place.path("")) }
        #expect(message.contains("does not hold a number of shards"), "\(message)")
      }
      try place.write("2", "test/nshards.txt")
      try place.write("retrieval", "dataset_type.txt")
      #expect(words { try openDataSet(at: place.path("")) }.contains("retrieval"))
    }
  }

  @Test(
    "name the sample that has no class, no picture, or a class that is no number",
    arguments: [
      ([("k.png", "x")], "0.tar:k`: has no class index"),
      ([("k.cls", "1")], "0.tar:k`: has no picture"),
      ([("k.cls", "one"), ("k.png", "x")], "0.tar:k`: has no class index"),
      ([("k.cls", "-1"), ("k.png", "x")], "0.tar:k`: has no class index"),
    ])
  func damagedSamples(members: [(String, String)], sentence: String) throws {
    try Place.withShards { place in
      try place.write(Place.tar(members.map { ($0.0, Array($0.1.utf8)) }), "test/0.tar")
      let message = words { try openDataSet(at: place.path("")).items() }
      #expect(message.contains(sentence), "\(message)")
      #expect(message.contains("hint: "))
    }
  }
}
