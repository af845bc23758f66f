import Foundation
import HoldfastFormats
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  @Test(
    "read what torch and safetensors wrote, bit for bit",
    arguments: [
      "state.pt", "state_legacy.pt", "nested.pt", "module.pt", "module_legacy.pt", "scripted.pt",
      "every.safetensors",
    ])
  func matchesReference(name: String) throws {
    let expected = try #require(try Goldens.expected().checkpoints[name])
    let found = try openCheckpoint(at: Goldens.path(name)).everything()
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (tensor, value) in expected {
      #expect(found[tensor] == value, "\(tensor) of \(name)")
    }
  }

  @Test("lend aligned elements")
  func aligned() throws {
    for name in ["state.pt", "state_legacy.pt", "every.safetensors"] {
      let source = try openCheckpoint(at: Goldens.path(name))
      for tensor in source.names {
        let width = try source.entry(for: tensor).type.width
        let address = try source.withBytes(of: tensor) { Int(bitPattern: $0.baseAddress) }
        #expect(address % width == 0, "\(tensor) of \(name)")
      }
    }
  }

  @Test("count shared storages once")
  func sharing() throws {
    let file = try TorchFile(Goldens.path("state.pt"))
    // Twelve floats seen by five tensors, then the others one by one.
    #expect(file.storageByteCount == 48 + 10 + 12 + 16 + 32 + 3 + 8 + 4 + 16 + 4)
  }

  @Test("say which tensor is not there")
  func missingTensor() throws {
    for name in ["state.pt", "every.safetensors"] {
      let source = try openCheckpoint(at: Goldens.path(name))
      expectFormatError("no tensor named 'visual.proj'") {
        _ = try source.entry(for: "visual.proj")
      }
      expectFormatError(name) { try source.withBytes(of: "visual.proj") { _ in } }
    }
  }

  @Test("pick files of a Hugging Face directory by name, formats by content")
  func directories() throws {
    let scratch = try Scratch()
    expectFormatError("holds no weights") { _ = try openCheckpoint(at: scratch.path) }
    try scratch.write(Goldens.bytes("state_legacy.pt"), to: "open_clip_pytorch_model.bin")
    #expect(try openCheckpoint(at: scratch.path).names.contains("transposed"))
    try scratch.write(Goldens.bytes("module.pt"), to: "pytorch_model.bin")
    #expect(try openCheckpoint(at: scratch.path).names.contains("0.weight"))
    // A pickle under the name of a safetensors file is still read as what it is.
    try scratch.write(Goldens.bytes("state.pt"), to: "model.safetensors")
    #expect(try openCheckpoint(at: scratch.path).names.contains("transposed"))
  }

  @Test("recognise what is no checkpoint")
  func strangers() throws {
    let scratch = try Scratch()
    let cases: [(String, String)] = [
      ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
      ("<!doctype html><html>", "web page"), ("\u{1F}not gzip", "neither safetensors nor"),
      ("PK\u{3}\u{4} and then nothing", "no zip directory"), ("{}", "neither safetensors nor"),
    ]
    for (content, message) in cases {
      let path = try scratch.write(Array(content.utf8), to: "weights")
      expectFormatError(message) { _ = try openCheckpoint(at: path) }
    }
    let pickle = try scratch.write([0x80, 4, 0x95], to: "weights")
    expectFormatError("plain pickle") { _ = try openCheckpoint(at: pickle) }
    expectFormatError("does not exist") { _ = try openCheckpoint(at: scratch.path + "nothing") }
    expectFormatError("is empty") { _ = try openCheckpoint(at: scratch.write([], to: "empty")) }
  }
}

@Suite("Sharded checkpoints")
struct ShardedCheckpointTests {
  private func shard(_ names: [String], at path: String) throws {
    let tensors = names.map { name in
      SafetensorsWriter.Tensor(name: name, type: .uint8, shape: [1]) {
        [UInt8(name.utf8.count)]
      }
    }
    try SafetensorsWriter.write(tensors, to: path)
  }

  private func index(_ map: String) -> [UInt8] {
    Array(#"{"metadata": {"total_size": 2.5e3}, "weight_map": \#(map)}"#.utf8)
  }

  @Test("open only the shards that are asked for")
  func lazy() throws {
    let scratch = try Scratch()
    try scratch.write(
      index(#"{"module.a": "1.safetensors", "module.bb": "2.safetensors"}"#),
      to: "model.safetensors.index.json")
    try shard(["module.a"], at: scratch.path + "1.safetensors")
    let source = try openCheckpoint(at: scratch.path)
    #expect(source.names == ["a", "bb"])
    #expect(try source.withBytes(of: "a") { Array($0) } == [8])
    expectFormatError("'2.safetensors', which is not there") { _ = try source.entry(for: "bb") }
    try shard(["other"], at: scratch.path + "2.safetensors")
    expectFormatError("such as 'module.bb'") { _ = try source.entry(for: "bb") }
    try shard(["module.bb"], at: scratch.path + "2.safetensors")
    #expect(try source.entry(for: "bb") == TensorEntry(type: .uint8, shape: [1]))
  }

  @Test(
    "refuse an index that points elsewhere",
    arguments: ["\"../a\"", "\"/etc/passwd\"", "\"..\"", "\"\"", "\"x\\\\y\"", "7", "{}"])
  func escapes(shard: String) throws {
    let scratch = try Scratch()
    let path = try scratch.write(index("{\"a\": \(shard)}"), to: "model.safetensors.index.json")
    expectFormatError("not a file beside the index") { _ = try ShardedCheckpoint(indexAt: path) }
  }
}
