import Foundation
import HoldfastFormats
import Testing

@Suite("safetensors")
struct SafetensorsTests {
  private func open(_ header: String, _ data: [UInt8] = []) throws -> SafetensorsFile {
    let bytes = little(UInt64(header.utf8.count)) + Array(header.utf8) + data
    return try SafetensorsFile(MappedFile(copying: bytes, named: "test"))
  }

  private func tensor(
    _ name: String, _ dtype: String, _ shape: String, _ offsets: String
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test("accept what the format allows")
  func legal() throws {
    #expect(try open("{}").names.isEmpty)
    #expect(try open("{\"__metadata__\":{\"a\":\"b\"}}  ").metadata == ["a": "b"])
    let file = try open("{\(tensor("x", "F32", "[]", "[0,4]"))}", [0, 0, 0x80, 0x3F])
    #expect(try file.entry(for: "x") == TensorEntry(type: .float32, shape: []))
    #expect(try file.withBytes(of: "x") { $0.loadUnaligned(as: Float.self) } == 1)
    #expect(try open("{\(tensor("x", "I64", "[0,5]", "[0,0]"))}").names == ["x"])
    let escaped = try open(
      #"{"a\u00e9\ud83d\ude00\n":{"data_offsets":[0,1],"dtype":"U8","shape":[1]}}"#, [9])
    #expect(escaped.names == ["aé😀\n"])
  }

  @Test("refuse every breach of the format")
  func illegal() throws {
    let one = tensor("x", "U8", "[1]", "[0,1]")
    let cases: [(String, [UInt8], String)] = [
      (" {}", [], "does not start with '{'"), ("{", [], "not valid JSON"),
      ("{}x", [], "text after the end"), ("{\(one)}", [], "ends at byte"),
      ("{\(one)}", [1, 2], "1 bytes after its last tensor"),
      ("{\(one),\(one)}", [1], "appears twice"),
      (
        "{\"x\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", [1],
        "twice"
      ),
      (
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"y\":0}}", [1], "other than"
      ),
      ("{\"x\":{\"dtype\":\"U8\",\"shape\":[1]}}", [1], "other than"),
      ("{\(tensor("x", "U8", "[-1]", "[0,1]"))}", [1], "other than"),
      ("{\(tensor("x", "U8", "[1.0]", "[0,1]"))}", [1], "other than"),
      ("{\(tensor("x", "U8", "[01]", "[0,1]"))}", [1], "not valid JSON"),
      ("{\(tensor("x", "F8_E4M3", "[1]", "[0,1]"))}", [1], "'F8_E4M3', which we do not read"),
      ("{\(tensor("x", "U8", "[1]", "[0,1,1]"))}", [1], "not a range"),
      ("{\(tensor("x", "U8", "[1]", "[1,0]"))}", [1], "not a range"),
      (
        "{\(tensor("x", "U8", "[1]", "[9223372036854775806,9223372036854775807]"))}", [1],
        "not a range"
      ),
      ("{\(tensor("x", "U8", "[1]", "[0,18446744073709551616]"))}", [1], "other than"),
      ("{\(tensor("x", "F32", "[1]", "[0,1]"))}", [1], "1 bytes, but F32 [1] takes 4"),
      ("{\(tensor("x", "F32", "[4294967296,4294967296]", "[0,0]"))}", [], "absurd shape"),
      ("{\(tensor("x", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"))}", [1], "9 dimensions"),
      ("{\(tensor("x", "U8", "[1]", "[1,2]"))}", [1, 2], "unused bytes"),
      (
        "{\(tensor("x", "U8", "[2]", "[0,2]")),\(tensor("y", "U8", "[2]", "[1,3]"))}", [1, 2, 3],
        "overlaps"
      ),
      (
        "{\(tensor("x", "U8", "[1]", "[0,1]")),\(tensor("y", "U8", "[1]", "[2,3]"))}", [1, 2, 3],
        "unused"
      ),
      (
        "{\(tensor(String(repeating: "n", count: 1025), "U8", "[1]", "[0,1]"))}", [1],
        "longer than 1024"
      ),
      ("{\"__metadata__\":{\"a\":1}}", [], "not text"),
      ("{\"__metadata__\":[]}", [], "not an object"),
      ("{\"x\":[[[[[]]]]]}", [], "nested too deeply"), ("{\"\\ud800\":0}", [], "surrogate"),
      ("{\"a\u{1}\":0}", [], "control character"),
    ]
    for (header, data, message) in cases {
      expectFormatError(message) { _ = try open(header, data) }
    }
    for bytes in [
      [], [1, 0, 0], little(UInt64.max), little(UInt64(100_000_001)), little(UInt64(99)),
    ] {
      expectFormatError("") {
        _ = try SafetensorsFile(MappedFile(copying: bytes, named: "test"))
      }
    }
    let notText = little(UInt64(4)) + [UInt8(ascii: "{"), 0x22, 0xFF, 0x22]
    expectFormatError("UTF-8") {
      _ = try SafetensorsFile(MappedFile(copying: notText, named: "test"))
    }
  }

  @Test("write what they read, wide elements first, the same bytes each time")
  func roundTrip() throws {
    let scratch = try Scratch()
    let source = try SafetensorsFile(Goldens.path("every.safetensors"))
    let tensors = try source.names.reversed().map { name in
      let entry = try source.entry(for: name)
      return SafetensorsWriter.Tensor(name: name, type: entry.type, shape: entry.shape) {
        try source.withBytes(of: name) { Array($0) }
      }
    }
    let (one, two) = (scratch.path + "one", scratch.path + "two")
    try SafetensorsWriter.write(tensors, metadata: ["note": "\"é\"\n"], to: one)
    try SafetensorsWriter.write(tensors.shuffled(), metadata: ["note": "\"é\"\n"], to: two)
    let copy = try SafetensorsFile(one)
    #expect(try copy.everything() == source.everything())
    #expect(copy.metadata == ["note": "\"é\"\n"])
    #expect(try Checksum.sha256(ofFileAt: one) == Checksum.sha256(ofFileAt: two))
    for name in copy.names {
      let start = try copy.range(of: name).lowerBound
      #expect(try start % copy.entry(for: name).type.width == 0)
    }
    #expect(try copy.range(of: "f64").lowerBound < copy.range(of: "bool").lowerBound)
  }

  @Test("refuse to write nonsense and leave nothing behind")
  func badWrites() throws {
    let scratch = try Scratch()
    let good = SafetensorsWriter.Tensor(name: "a", type: .float32, shape: [2]) {
      [UInt8](repeating: 0, count: 8)
    }
    let short = SafetensorsWriter.Tensor(name: "b", type: .float32, shape: [2]) { [0] }
    let absurd = SafetensorsWriter.Tensor(name: "c", type: .float32, shape: [.max, 2]) { [] }
    let path = scratch.path + "file"
    expectFormatError("name 'a' is taken") { try SafetensorsWriter.write([good, good], to: path) }
    expectFormatError("came with 1 bytes") { try SafetensorsWriter.write([good, short], to: path) }
    expectFormatError("absurd shape") { try SafetensorsWriter.write([absurd], to: path) }
    #expect(try scratch.contents.isEmpty)
  }
}
