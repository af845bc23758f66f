import Foundation
import Testing

@testable import HoldfastFormats

@Suite("WebDataset shards")
struct WebDatasetTests {
  /// A header of the test's own making, with a valid checksum.
  private func header(_ name: String, size: [UInt8], kind: Character = "0") -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    block.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    block.replaceSubrange(124..<(124 + size.count), with: size)
    block[156] = kind.asciiValue ?? 0
    block.replaceSubrange(148..<156, with: Array("        ".utf8))
    let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    let digits = String(repeating: "0", count: 6 - sum.count) + sum + "\0 "
    block.replaceSubrange(148..<156, with: digits.utf8)
    return block
  }

  private func member(_ name: String, _ content: String) -> [UInt8] {
    let octal = Array(String(content.utf8.count, radix: 8).utf8)
    let padding = [UInt8](repeating: 0, count: (512 - content.utf8.count % 512) % 512)
    return header(name, size: octal) + Array(content.utf8) + padding
  }

  private func samples(_ path: String) throws -> [WebDatasetSample] {
    var shard = try WebDatasetShard(path)
    var samples: [WebDatasetSample] = []
    while let sample = try shard.next() { samples.append(sample) }
    return samples
  }

  private let end = [UInt8](repeating: 0, count: 1024)

  @Test("give their samples in order", arguments: ["pax.tar", "gnu.tar"])
  func matchesReference(name: String) throws {
    let found = try samples(Goldens.path(name))
    let expected = try Goldens.expected().shards["samples"]
    #expect(
      found.map { Goldens.Sample(key: $0.key, files: $0.files.mapValues(\.count)) } == expected)
    #expect(found.first?.files["png"]?.prefix(300).last == 43)
    #expect(found.first?.files["cls"] == [UInt8(ascii: "3")])
  }

  @Test("are cut into key and extension at the first dot of the file name")
  func names() {
    func parts(_ name: String) -> [String]? {
      WebDatasetShard.split(name).map { [$0.key, $0.extension] }
    }
    #expect(parts("a.b/c.Seg.PNG") == ["a.b/c", "seg.png"])
    #expect(parts("s1.txt") == ["s1", "txt"])
    #expect(parts("a/.hidden.txt") == nil)
    #expect(parts("a.b/none") == nil)
    #expect(parts("__x.y__") == nil)
    #expect(parts("__x__/y.txt") == nil)
    #expect(parts("__x__.txt") == ["__x__", "txt"])
    #expect(parts("x.") == ["x", ""])
  }

  @Test("report where members lie")
  func offsets() throws {
    let bytes = try Goldens.bytes("gnu.tar")
    var tar = try TarReader(Goldens.path("gnu.tar"))
    while let member = try tar.next() {
      #expect(Array(bytes[member.offset..<(member.offset + member.size)]) == member.bytes)
    }
  }

  @Test("say where their samples lie without reading them", arguments: ["pax.tar", "gnu.tar"])
  func places(name: String) throws {
    let path = Goldens.path(name)
    var listing = try WebDatasetListing(path, reading: ["cls"])
    for sample in try samples(path) {
      let places = try #require(try listing.next())
      #expect(places.key == sample.key)
      #expect(Set(places.files.keys) == Set(sample.files.keys))
      for (suffix, entry) in places.files {
        let bytes = try FileReader.bytes(of: path, from: entry.offset, count: entry.size)
        #expect(bytes == sample.files[suffix])
      }
      #expect(places.contents == sample.files.filter { $0.key == "cls" })
    }
    #expect(try listing.next() == nil)
  }

  @Test("larger than a buffer are passed over by seeking")
  func seeking() throws {
    let scratch = try Scratch()
    let large = String(repeating: "x", count: 3 << 20)
    let members = member("a.bin", large) + member("a.cls", "7") + member("b.cls", "8")
    let path = try scratch.write(members + end, to: "large.tar")
    var listing = try WebDatasetListing(path, reading: ["cls"])
    let first = try #require(try listing.next())
    #expect(first.contents == ["cls": Array("7".utf8)] && first.files["bin"]?.size == 3 << 20)
    #expect(try listing.next()?.contents["cls"] == Array("8".utf8))
    #expect(try listing.next() == nil)
    for count in [1000, 2 << 20] {
      let cut = try scratch.write(members.prefix(count), to: "cut.tar")
      expectFormatError("stops in the middle of a member") {
        var listing = try WebDatasetListing(cut)
        _ = try listing.next()
      }
    }
    #expect(try FileReader.bytes(of: path, from: 512 + (2 << 20), count: 5) == Array("xxxxx".utf8))
    expectFormatError("ends before byte") {
      _ = try FileReader.bytes(of: path, from: 3 << 20, count: 1 << 20)
    }
  }

  @Test("cut before their end marker are an error", arguments: ["pax.tar", "gnu.tar"])
  func truncation(name: String) throws {
    let scratch = try Scratch()
    let bytes = try Goldens.bytes(name)
    let used = try #require(bytes.lastIndex { $0 != 0 })
    let marker = used / 512 * 512 + 1024
    for length in stride(from: 0, to: marker, by: 37) {
      let path = try scratch.write(bytes[..<length], to: "cut.tar")
      expectFormatError(length < 512 ? "too short" : "truncated") { _ = try samples(path) }
    }
    #expect(try samples(scratch.write(bytes[..<marker], to: "whole.tar")).count == 4)
  }

  @Test("end a sample where the key changes, and refuse two files of one kind")
  func grouping() throws {
    let scratch = try Scratch()
    let again = member("a.txt", "1") + member("b.txt", "2") + member("a.txt", "3") + end
    #expect(try samples(scratch.write(again, to: "x.tar")).map(\.key) == ["a", "b", "a"])
    let twice = member("a.txt", "1") + member("a.TXT", "2") + end
    expectFormatError("'a.txt' in one sample") {
      _ = try samples(scratch.write(twice, to: "x.tar"))
    }
    #expect(try samples(scratch.write(end, to: "x.tar")).isEmpty)
  }

  @Test("announce absurd sizes")
  func sizes() throws {
    let scratch = try Scratch()
    let binary: (UInt64) -> [UInt8] = { [0x80, 0, 0, 0] + little($0).reversed() }
    let small =
      header("a.txt", size: binary(3)) + Array("abc".utf8)
      + [UInt8](repeating: 0, count: 509)
    #expect(try samples(scratch.write(small + end, to: "x.tar")).first?.files["txt"]?.count == 3)
    let cases: [([UInt8], String)] = [
      (binary(1 << 40), "more than"), (binary(.max), "damaged header"),
      ([UInt8](repeating: 0xFF, count: 12), "damaged header"),
      (Array("777777777777".utf8), "more than"), (Array("77777777".utf8), "truncated"),
      (Array("9".utf8), "damaged header"),
    ]
    for (size, message) in cases {
      let path = try scratch.write(header("a.txt", size: size) + end, to: "x.tar")
      expectFormatError(message) { _ = try samples(path) }
    }
    for kind: Character in ["x", "L"] {
      let path = try scratch.write(
        header("long", size: binary(1 << 30), kind: kind) + end, to: "x.tar")
      expectFormatError("") { _ = try samples(path) }
    }
  }

  @Test("are not mistaken for something else")
  func strangers() throws {
    let scratch = try Scratch()
    let noise = (0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    expectFormatError("not a tar archive") { _ = try samples(scratch.write(noise, to: "x.tar")) }
    var wrong = member("a.txt", "1") + end
    wrong[0] = UInt8(ascii: "b")
    expectFormatError("damaged header") { _ = try samples(scratch.write(wrong, to: "x.tar")) }
  }
}
