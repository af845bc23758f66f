import Foundation
import Testing

@testable import HoldfastFormats

@Suite("npz files")
struct NPZTests {
  let goldens: NumPyGoldens

  init() throws { goldens = try NumPyGoldens.read() }

  @Test("give their arrays, stored or deflated", arguments: ["stored", "deflated"])
  func arrays(kind: String) throws {
    let file = try npz(#require(goldens.archives[kind]))
    #expect(file.names == ["event_data", "points", "zeros"])
    let points = try file.array("points")
    #expect(points.shape == [10, 3] && points.file == "damaged.npz[points]")
    #expect(try points.floats() == (0..<30).map { Float($0) })
    #expect(try file.array("zeros").integers() == [Int](repeating: 0, count: 5000))
    let events = try file.array("event_data")
    #expect(try events.integers("t") == (0..<40).map { $0 * $0 * 1000 })
    #expect(try events.integers("p") == (0..<40).map { $0 % 3 == 0 ? 1 : 0 })
    expectFormatError("`damaged.npz`: has no array 'event'") { _ = try file.array("event") }
    expectFormatError("its arrays are 'event_data', 'points', 'zeros'") {
      _ = try file.array("event")
    }
  }

  @Test("do not unpack to more than the limit")
  func limit() throws {
    for (kind, bytes) in goldens.archives {
      let file = try npz(bytes, arrayLimit: 10_127)
      expectFormatError("of 10128 bytes, more than the limit of 10127") {
        _ = try file.array("zeros")
      }
      #expect(try file.array("points").count == 30, "\(kind)")
      #expect(try npz(bytes, arrayLimit: 10_128).array("zeros").count == 5000)
    }
  }

  /// The directory's claims about one entry: the sizes, then the CRC.
  private func claim(
    _ value: UInt32, at offset: Int, for name: String, in archive: Data
  ) throws -> [UInt8] {
    var bytes = Array(archive)
    let record = try #require(archive.range(of: Data("\(name).npy".utf8), options: .backwards))
    bytes.replaceSubrange(
      (record.lowerBound - 46 + offset)..<(record.lowerBound - 46 + offset + 4), with: little(value)
    )
    return bytes
  }

  @Test("that claim to unpack to more than deflate can are refused before")
  func bomb() throws {
    let archive = try #require(goldens.archives["deflated"])
    for (size, message) in [
      (1_000_000_000, "which deflate cannot"), (10_127, "in a damaged state"),
      (10_129, "in a damaged state"), (0, "in a damaged state"),
    ] as [(UInt32, String)] {
      let file = try npz(claim(size, at: 24, for: "zeros", in: archive))
      expectFormatError(message) { _ = try file.array("zeros") }
      expectFormatError("`damaged.npz`: ") { _ = try file.array("zeros") }
    }
  }

  @Test("whose bytes do not give the checksum are refused", arguments: ["stored", "deflated"])
  func checksum(kind: String) throws {
    let archive = try #require(goldens.archives[kind])
    let file = try npz(claim(1, at: 16, for: "points", in: archive))
    expectFormatError("checksum") { _ = try file.array("points") }
  }

  @Test("packed in another way are refused")
  func method() throws {
    var bytes = Array(try #require(goldens.archives["deflated"]))
    let record =
      try #require(
        Data(bytes).range(of: Data("points.npy".utf8), options: .backwards)
      ).lowerBound - 46
    bytes[record + 10] = 12
    expectFormatError("a way that numpy does not write") { _ = try npz(bytes).array("points") }
    bytes[record + 10] = 8
    bytes[record + 8] |= 1
    expectFormatError("a way that numpy does not write") { _ = try npz(bytes).array("points") }
  }

  @Test("are told from other files")
  func kind() throws {
    expectFormatError("`damaged.npz`: is not an npz file") { _ = try npz(Array("hello".utf8)) }
    expectFormatError("no zip directory") { _ = try npz(Array("PK\u{3}\u{4}".utf8)) }
    #expect(NPZFile.isNPZ(try #require(goldens.archives["stored"])))
    #expect(!NPZFile.isNPZ([]) && !NPYFile.isNPY([]))
  }

  @Test("that are written are read, and the same arrays give the same bytes")
  func written() throws {
    let scratch = try Scratch()
    let arrays = [
      "é": NPYArray([0.5, -1, .infinity] as [Float], shape: [3, 1]),
      "x_pos": NPYArray([1, 2] as [UInt16], shape: [2]), "none": NPYArray([Int](), shape: [0]),
    ]
    let path = scratch.path + "a.npz"
    try writeNPZ(arrays, to: path)
    let first = try Data(contentsOf: URL(filePath: path))
    let file = try NPZFile(path)
    #expect(file.names == ["none", "x_pos", "é"])
    #expect(try file.array("é").floats() == [0.5, -1, .infinity])
    #expect(try file.array("x_pos").integers() == [1, 2])
    #expect(try file.array("none").integers().isEmpty)
    try writeNPZ(arrays, to: path)
    #expect(try Data(contentsOf: URL(filePath: path)) == first)
    try writeNPZ([:], to: path)
    #expect(try NPZFile(path).names.isEmpty)
    let long = String(repeating: "a", count: 70_000)
    expectFormatError("a name is too long") {
      try writeNPZ([long: NPYArray([1 as Float], shape: [1])], to: path)
    }
  }

  @Test("cut or with flipped bytes are an error or a value, never a trap")
  func flips() throws {
    var random = Seeded(state: 12)
    var (read, refused) = (0, 0)
    let files = ["stored", "deflated"].compactMap { goldens.archives[$0] }
    for round in 0..<2400 {
      var bytes = Array(files[round % files.count])
      // Most bytes of the stored archive are zeros; the ends are where decisions are made.
      let near = Bool.random(using: &random) ? 700 : bytes.count
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<min(near, bytes.count), using: &random)
        bytes[bytes.count - 1 - place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      if round % 8 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
      do {
        let file = try npz(bytes, arrayLimit: 1 << 20)
        for name in file.names {
          let array = try file.array(name)
          for field in array.fields { _ = try array.floats(field.name) }
        }
        read += 1
      } catch let error as FormatError {
        #expect(error.file.hasPrefix("damaged.npz"))
        refused += 1
      }
    }
    #expect(read > 50 && refused > 200, "\(read) read, \(refused) refused")
  }
}
