import Foundation
import Testing

@testable import HoldfastFormats

@Suite("Damaged files")
struct DamageTests {
  private static let checkpoints = [
    "state.pt", "state_legacy.pt", "nested.pt", "module.pt", "module_legacy.pt", "scripted.pt",
    "every.safetensors",
  ]

  private func readAll(_ bytes: [UInt8]) throws {
    let map = MappedFile(copying: bytes, named: "damaged")
    let source = try openCheckpoint(in: map, policy: .trainingRecords)
    for name in source.names { try source.withBytes(of: name) { _ = $0.count } }
  }

  @Test("cut anywhere are an error", arguments: checkpoints)
  func truncation(name: String) throws {
    let bytes = try Goldens.bytes(name)
    for length in 0..<bytes.count {
      do {
        try readAll(Array(bytes[..<length]))
        Issue.record("\(name) cut to \(length) bytes was read")
      } catch is FormatError {}
    }
  }

  @Test("with flipped bytes are an error or a value, never a trap", arguments: checkpoints)
  func flips(name: String) throws {
    let bytes = try Goldens.bytes(name)
    var random = Seeded(state: 1)
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] ^=
          UInt8.random(in: 1...255, using: &random)
      }
      do { try readAll(damaged) } catch is FormatError {}
    }
  }

  @Test("with flipped bytes in shards and pickles, likewise", arguments: ["pax.tar", "gnu.tar"])
  func tarFlips(name: String) throws {
    let scratch = try Scratch()
    let bytes = try Goldens.bytes(name)
    let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
    var random = Seeded(state: 2)
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<used, using: &random)] ^=
          UInt8.random(in: 1...255, using: &random)
      }
      do {
        var shard = try WebDatasetShard(scratch.write(damaged, to: "damaged.tar"))
        while try shard.next() != nil {}
      } catch is FormatError {}
    }
  }

  /// Flips that aim at the pickle alone, whose bytes a random flip in the file rarely hits.
  @Test("with flipped instructions are an error or a value, never a trap")
  func pickleFlips() throws {
    let bytes = try Goldens.bytes("state_legacy.pt")
    var random = Seeded(state: 3)
    for position in TorchFile.legacyMagic.count..<1500 {
      var damaged = bytes
      damaged[position] = UInt8.random(in: 0...255, using: &random)
      do { try readAll(damaged) } catch is FormatError {}
    }
  }
}
