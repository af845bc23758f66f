import Foundation
import HoldfastErrors
import Testing

@testable import HoldfastFormats

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("Files")
struct FileTests {
  @Test("that cannot be mapped say why")
  func unmappable() throws {
    let scratch = try Scratch()
    expectFormatError("does not exist") { _ = try MappedFile(scratch.path + "nothing") }
    expectFormatError("is a directory") { _ = try MappedFile(scratch.path) }
    expectFormatError("is empty") { _ = try MappedFile(scratch.write([], to: "empty")) }
    expectFormatError("not a regular file") { _ = try MappedFile("/dev/null") }
    expectFormatError("NUL") { _ = try MappedFile("a\0b") }
    expectFormatError("not a directory") {
      _ = try MappedFile(scratch.write([1], to: "file") + "/inside")
    }
    #expect(try MappedFile(scratch.path + "file").withBytes { Array($0) } == [1])
  }

  @Test("too large to hold are mapped without being read")
  func sparse() throws {
    let scratch = try Scratch()
    let size = 1_700_000_000
    let header =
      "{\"w\":{\"dtype\":\"U8\",\"shape\":[\(size)],\"data_offsets\":[0,\(size)]}}"
    let path = try scratch.write(
      little(UInt64(header.utf8.count)) + Array(header.utf8), to: "large.safetensors")
    #expect(truncate(path, off_t(8 + header.utf8.count + size)) == 0)
    let clock = ContinuousClock()
    let time = try clock.measure { _ = try SafetensorsFile(path) }
    #expect(time < .milliseconds(100))
    let last = try SafetensorsFile(path).withBytes(of: "w") { $0[size - 1] }
    #expect(last == 0)
  }

  @Test("appear whole or not at all")
  func atomic() throws {
    struct Interruption: Error {}
    let scratch = try Scratch()
    let path = scratch.path + "run.json"
    try AtomicFile.write("one", to: path)
    #expect(throws: Interruption.self) {
      try AtomicFile.write(to: path) { writer in
        try writer.write([1, 2, 3])
        throw Interruption()
      }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    try AtomicFile.write("two", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
    #expect(try scratch.contents == ["run.json"])
    expectFormatError("its directory does not exist") {
      try AtomicFile.write("x", to: scratch.path + "no/such/file")
    }
    expectFormatError("directory") { try AtomicFile.write("x", to: scratch.path) }
  }

  #if os(Linux)
    @Test("on a full disk say so")
    func fullDisk() throws {
      let writer = FileWriter(descriptor: open("/dev/full", O_WRONLY), named: "weights")
      expectFormatError("`weights`: cannot write: the disk is full") { try writer.write([1]) }
    }
  #endif

  @Test("have the published checksums")
  func checksums() throws {
    let scratch = try Scratch()
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Checksum.sha256(of: []) == empty)
    #expect(Checksum.sha256(of: Array("abc".utf8)) == abc)
    #expect(try Checksum.sha256(ofFileAt: scratch.write([], to: "empty")) == empty)
    #expect(try Checksum.sha256(ofFileAt: scratch.write(Array("abc".utf8), to: "abc")) == abc)
  }

  @Test("are read in pieces of any size")
  func pieces() throws {
    let scratch = try Scratch()
    let path = try scratch.write((0..<100).map { UInt8($0) }, to: "x")
    let reader = try FileReader(path, bufferSize: 7)
    #expect(try reader.read(10) == Array(0..<10))
    #expect(try reader.skip(50))
    #expect(try reader.read(3) == [60, 61, 62])
    #expect(reader.position == 63)
    #expect(try reader.read(.max).count == 37)
    #expect(try !reader.skip(1))
  }

  @Test("print errors as one sentence and a hint, whatever their names hold")
  func errors() {
    let error = FormatError("is empty", in: "a.pt", hint: "fetch it again")
    #expect(error.description == "`a.pt`: is empty\n\nhint: fetch it again")
    #expect(quoted("a\u{1B}[31m\n") == "'a\\u{1B}[31m\\n'" || quoted("a\u{1B}").contains("1B"))
    #expect(quoted(String(repeating: "x", count: 500)).count < 130)
  }
}
