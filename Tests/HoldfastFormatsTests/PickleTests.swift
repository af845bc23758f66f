import Foundation
import Testing

@testable import HoldfastFormats

/// A pickle of a dictionary with one tensor, as pickle.dump writes one.
private enum Plain {
  /// A stream of torch.save that holds a storage of two floats, 0 and 1.
  static func storage(
    count: UInt64 = 2, object: [UInt8]? = nil, elements: [UInt8] = [0, 0, 0, 0, 0, 0, 0x80, 0x3F]
  ) -> [UInt8] {
    let machine: [UInt8] = [0x80, 2, 0x7D, 0x2E]
    let reference =
      Hostile.tuple(
        Hostile.text("storage"), Hostile.global("torch", "FloatStorage"), Hostile.text("0"),
        Hostile.text("cpu"), Hostile.int(2), [0x4E]) + [0x51, 0x2E]
    let keys: [UInt8] = [0x80, 2, 0x5D] + Hostile.text("0") + [0x61, 0x2E]
    return TorchFile.legacyMagic + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + machine
      + (object ?? [0x80, 2] + reference) + keys + little(count) + elements
  }

  /// The storage of a stream.
  static func loaded(_ stream: [UInt8]) -> [UInt8] {
    Hostile.global("torch.storage", "_load_from_bytes")
      + [0x42] + little(UInt32(stream.count)) + stream + [0x85, 0x52]
  }

  static func tensor(_ storage: [UInt8], shape: Int32 = 2) -> [UInt8] {
    Hostile.global("torch._utils", "_rebuild_tensor_v2")
      + Hostile.tuple(
        storage, Hostile.int(0), Hostile.int(shape) + [0x85], Hostile.int(1) + [0x85], [0x89],
        [0x4E]) + [0x52]
  }

  static func dictionary(_ value: [UInt8], protocol version: UInt8 = 3) -> [UInt8] {
    [0x80, version, 0x7D] + Hostile.text("cat") + value + [0x73, 0x2E]
  }

  static func open(_ bytes: [UInt8]) throws -> any TensorSource {
    try openTensors(in: MappedFile(copying: bytes, named: "centres.pkl"))
  }
}

@Suite("Tensors in pickles")
struct PickleTests {
  private static let files = ["centres_3.pkl", "centres_4.pkl", "centres_5.pkl"]

  @Test("are read as PyTorch wrote them, bit for bit", arguments: files)
  func matchesReference(name: String) throws {
    let goldens = try JSONDecoder().decode(
      Goldens.self, from: Data(Goldens.bytes("pickles.json")))
    let expected = try #require(goldens.checkpoints[name])
    let found = try openTensors(at: Goldens.path(name)).everything()
    #expect(found == expected)
  }

  @Test("are no weights, but weights are tensors")
  func places() throws {
    expectFormatError("plain pickle") {
      _ = try openCheckpoint(at: Goldens.path("centres_4.pkl"))
    }
    for name in ["state.pt", "state_legacy.pt", "every.safetensors"] {
      let tensors = try openTensors(at: Goldens.path(name)).everything()
      #expect(tensors == (try openCheckpoint(at: Goldens.path(name)).everything()))
    }
  }

  @Test("and one by hand, to trust the hostile ones")
  func harmless() throws {
    let source = try Plain.open(Plain.dictionary(Plain.tensor(Plain.loaded(Plain.storage()))))
    #expect(source.names == ["cat"])
    #expect(try source.floats(of: "cat") == [0, 1])
  }

  @Test("refer to nothing that runs")
  func globals() throws {
    for (module, name) in [
      ("os", "system"), ("builtins", "eval"), ("numpy.core.multiarray", "_reconstruct"),
      ("torch", "load"), ("_codecs", "encode"), ("__torch__.evil", "Class"),
    ] {
      let text = { (text: String) in [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
      let call = text(module) + text(name) + [0x93] + Hostile.text("echo") + [0x85, 0x52]
      expectFormatError("'\(module).\(name)', which is not on the list") {
        _ = try Plain.open(Plain.dictionary(call, protocol: 4))
      }
      expectFormatError("pickle.load") { _ = try Plain.open(Plain.dictionary(call)) }
    }
  }

  @Test("hold no pickle in the pickle in the pickle")
  func nesting() throws {
    let inner = Plain.loaded(Plain.storage())
    for (object, message) in [
      (inner, "_load_from_bytes"), ([0x43, 1, 0], "uses the instruction 0x43"),
    ] {
      let outer = Plain.storage(object: [0x80, 2] + object + [0x2E])
      expectFormatError(message) {
        _ = try Plain.open(Plain.dictionary(Plain.tensor(Plain.loaded(outer))))
      }
    }
  }

  @Test("announce no more than there is")
  func lengths() throws {
    let good = Plain.storage()
    let cases: [([UInt8], String)] = [
      (Plain.tensor(Plain.loaded(good), shape: 3), "outside"),
      (Plain.tensor(Plain.loaded(Plain.storage(count: 3))), "3 elements"),
      (Plain.tensor(Plain.loaded(Plain.storage(elements: [0]))), "announces"),
      (Plain.tensor(Plain.loaded(Array(good.dropFirst()))), "not those of torch.save"),
      (Plain.tensor(Plain.loaded([])), "not those of torch.save"),
      (
        Plain.tensor(Plain.loaded(Plain.storage(object: [0x80, 2, 0x7D, 0x2E]))),
        "none of its tensors uses"
      ),
      ([0x42] + little(UInt32.max), "announces"), ([0x8E] + little(UInt64.max), "announces"),
      ([0x43, 200], "announces"), ([0x8C, 200], "announces"), ([0x95, 0], "announces"),
      ([0x93], "not a string"), ([0x4E, 0x4E, 0x93], "not a string"),
      ([0x94, 0x94] + [0x68, 9], "recalls"),
      (Hostile.global("torch.storage", "_load_from_bytes") + [0x4E, 0x85, 0x52], "not bytes"),
      (Hostile.text("not a tensor"), "'cat', which is not a tensor"),
      (Hostile.tensor(), "lacks the data '0'"), (Hostile.tensor(key: "bytes at 3"), "lacks"),
    ]
    for (value, message) in cases {
      expectFormatError(message) { _ = try Plain.open(Plain.dictionary(value)) }
    }
    expectFormatError("protocol 6") { _ = try Plain.open([0x80, 6, 0x7D, 0x2E]) }
    expectFormatError("no dictionary") { _ = try Plain.open([0x80, 4, 0x5D, 0x2E]) }
  }

  @Test("are read once, however often they are recalled", .timeLimit(.minutes(1)))
  func repetition() throws {
    // A stream that takes its time, handed to the loader again and again.
    let slow = Plain.storage(
      object: [0x80, 2] + Array(repeatElement([0x29] + [0x71, 0], count: 4000).joined())
        + [0x2E])
    let setup: [UInt8] =
      [0x80, 3] + Hostile.global("torch.storage", "_load_from_bytes") + [0x71, 0, 0x42]
      + little(UInt32(slow.count)) + slow + [0x85, 0x71, 1]
    let call: [UInt8] = [0x68, 0, 0x68, 1, 0x52]
    let bomb = setup + Array(repeatElement(call, count: 9000).joined()) + [0x2E]
    expectFormatError("") { _ = try Plain.open(bomb) }
    let good = Plain.storage()
    let twice: [UInt8] =
      [0x80, 3] + Hostile.global("torch.storage", "_load_from_bytes") + [0x71, 0, 0x42]
      + little(UInt32(good.count)) + good + [0x85, 0x71, 1]
      + Array(repeatElement(call, count: 9000).joined()) + [0x2E]
    expectFormatError("no dictionary") { _ = try Plain.open(twice) }
  }

  @Test("cut or flipped are an error or a value, never a trap", arguments: files)
  func damage(name: String) throws {
    let bytes = try Goldens.bytes(name)
    for length in 0..<bytes.count {
      expectFormatError("") { _ = try Plain.open(Array(bytes[..<length])) }
    }
    var random = Seeded(state: 3)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] ^=
          UInt8.random(in: 1...255, using: &random)
      }
      do { for name in try Plain.open(damaged).names { _ = name } } catch is FormatError {}
    }
  }
}
