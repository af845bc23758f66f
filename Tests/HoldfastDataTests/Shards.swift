import Foundation

extension Place {
  /// A tar archive of regular files.
  static func tar(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
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

  /// The files of one sample of a shard.
  static func sample(
    _ key: String, _ label: String, level: UInt8 = 9
  ) throws -> [(name: String, bytes: [UInt8])] {
    [("\(key).cls", Array(label.utf8)), ("\(key).png", try png(level))]
  }

  /// A folder in CLIP_benchmark's layout with two shards, of two samples and of one.
  static func withShards(_ body: (Place) throws -> Void) throws {
    try with { place in
      try place.write("2\n", "test/nshards.txt")
      try place.write(tar(try sample("s0", "1") + sample("s1", "0\n")), "test/0.tar")
      try place.write(tar(try sample("s0", "1")), "test/1.tar")
      try place.write("cat\ndog\n", "classnames.txt")
      try place.write("a {c}.\nthe {c}.\n", "zeroshot_classification_templates.txt")
      try body(place)
    }
  }

  /// Shards of the given number of samples each, whose pictures differ, of three classes.
  func shards(_ counts: [Int]) throws {
    try write("\(counts.count)", "test/nshards.txt")
    var number = 0
    for (shard, count) in counts.enumerated() {
      var members: [(name: String, bytes: [UInt8])] = []
      for _ in 0..<count {
        members += try Place.sample(
          String(format: "a/s%07d", number), "\(number % 3)", level: UInt8(number % 256))
        number += 1
      }
      try write(Place.tar(members), "test/\(shard).tar")
    }
  }
}
