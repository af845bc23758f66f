import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@Suite("Webdataset folders")
struct WebDatasetFolderTests {
  /// A tar archive of regular files.
  private func tar(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    members.flatMap { name, bytes -> [UInt8] in
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
      }
      put(name, at: 0)
      put("0000644\0", at: 100)
      put(String(bytes.count, radix: 8), at: 124)
      put("0ustar\u{0}00", at: 156)
      put("        ", at: 148)
      let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
      put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
      return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    } + [UInt8](repeating: 0, count: 1024)
  }

  private func sample(_ key: String, _ label: String) throws -> [(name: String, bytes: [UInt8])] {
    [("\(key).cls", Array(label.utf8)), ("\(key).png", try Place.png(9))]
  }

  /// A folder in CLIP_benchmark's layout with two shards.
  private func withSet(_ body: (Place) throws -> Void) throws {
    try Place.with { place in
      try place.write("2\n", "test/nshards.txt")
      try place.write(tar(try sample("s0", "1") + sample("s1", "0\n")), "test/0.tar")
      try place.write(tar(try sample("s0", "1")), "test/1.tar")
      try place.write("cat\ndog\n", "classnames.txt")
      try place.write("a {c}.\nthe {c}.\n", "zeroshot_classification_templates.txt")
      try body(place)
    }
  }

  @Test("give classes, templates, and the samples of each shard in order")
  func reading() throws {
    try withSet { place in
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
    try withSet { place in
      let before = try openDataSet(at: place.path("")).listing
      try FileManager.default.removeItem(atPath: place.path("classnames.txt"))
      try FileManager.default.removeItem(
        atPath: place.path("zeroshot_classification_templates.txt"))
      let set = try openDataSet(at: place.path(""))
      #expect(set.classNames == nil)
      #expect(set.templates == nil)
      #expect(set.listing == before)
      try place.write(tar(try sample("s0", "1") + sample("s9", "0")), "test/1.tar")
      #expect(try openDataSet(at: place.path("")).listing != before)
    }
  }

  @Test("that lack a shard, a count or their kind are refused when opened")
  func damagedFolders() throws {
    try withSet { place in
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
    try withSet { place in
      try place.write(tar(members.map { ($0.0, Array($0.1.utf8)) }), "test/0.tar")
      let message = words { try openDataSet(at: place.path("")).items() }
      #expect(message.contains(sentence), "\(message)")
      #expect(message.contains("hint: "))
    }
  }
}
