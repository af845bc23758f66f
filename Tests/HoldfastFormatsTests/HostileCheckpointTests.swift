import Foundation
import Testing

@testable import HoldfastFormats

/// Builds the archives and pickles that no honest program writes.
enum Hostile {
  static func zip(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in entries {
      let offset = UInt32(file.count)
      let common =
        [UInt8](repeating: 0, count: 10) + little(UInt32(0)) + little(UInt32(bytes.count))
        + little(UInt32(bytes.count)) + little(UInt16(name.utf8.count)) + little(UInt16(0))
      file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
      directory +=
        [0x50, 0x4B, 1, 2, 0, 0] + common + [UInt8](repeating: 0, count: 10) + little(offset)
        + Array(name.utf8)
    }
    return file + directory
      + end(
        count: UInt16(entries.count), size: UInt32(directory.count), offset: UInt32(file.count))
  }

  static func end(count: UInt16, size: UInt32, offset: UInt32) -> [UInt8] {
    [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(count) + little(count) + little(size) + little(offset)
      + [0, 0]
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func text(_ value: String) -> [UInt8] {
    [0x58] + little(UInt32(value.utf8.count)) + Array(value.utf8)
  }

  static func int(_ value: Int32) -> [UInt8] { [0x4A] + little(value) }

  static func tuple(_ values: [UInt8]...) -> [UInt8] { [0x28] + values.flatMap { $0 } + [0x74] }

  /// A tensor over storage "0", which the archive below holds as two floats.
  static func tensor(
    count: Int32 = 2, offset: Int32 = 0, shape: [Int32] = [2], strides: [Int32] = [1],
    type: String = "FloatStorage", key: String = "0"
  ) -> [UInt8] {
    let storage =
      tuple(text("storage"), global("torch", type), text(key), text("cpu"), int(count)) + [0x51]
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(
        storage, int(offset), [0x28] + shape.flatMap(int) + [0x74],
        [0x28] + strides.flatMap(int) + [0x74], [0x89],
        global("collections", "OrderedDict") + [0x29, 0x52]) + [0x52]
  }

  static func dictionary(_ name: String, _ value: [UInt8]) -> [UInt8] {
    [0x80, 2, 0x7D] + text(name) + value + [0x73, 0x2E]
  }

  static func open(
    _ pickle: [UInt8], policy: PicklePolicy = .tensors, extra: [(name: String, bytes: [UInt8])] = []
  ) throws -> any TensorSource {
    let entries = [
      (name: "a/data.pkl", bytes: pickle), ("a/data/0", [0, 0, 0, 0, 0, 0, 0x80, 0x3F]),
    ]
    let map = MappedFile(copying: zip(entries + extra), named: "hostile.pt")
    return try openCheckpoint(in: map, policy: policy)
  }
}

@Suite("Hostile pickles")
struct HostilePickleTests {
  @Test("and a harmless one, to trust the others")
  func harmless() throws {
    let source = try Hostile.open(Hostile.dictionary("x", Hostile.tensor()))
    #expect(
      try source.withBytes(of: "x") { $0.loadUnaligned(fromByteOffset: 4, as: Float.self) } == 1)
  }

  @Test(
    "refer to what we do not know",
    arguments: [
      ("os", "system"), ("builtins", "eval"), ("posix", "system"), ("__torch__.evil", "Class"),
      ("torch.storage", "_load_from_bytes"), ("argparse", "Namespace"), ("torch", "load"),
      ("numpy.core.multiarray", "scalar"), ("torch\u{1B}[2J", "x"),
    ])
  func globals(module: String, name: String) throws {
    let call = Hostile.global(module, name) + Hostile.text("echo") + [0x85, 0x52]
    expectFormatError("which is not on the list") {
      _ = try Hostile.open(Hostile.dictionary("x", call))
    }
  }

  @Test("are named in full, with a way out")
  func refusal() throws {
    let call = Hostile.global("os", "system") + Hostile.text("echo") + [0x85, 0x52]
    expectFormatError("'os.system'") { _ = try Hostile.open(Hostile.dictionary("x", call)) }
    expectFormatError("safetensors.torch") { _ = try Hostile.open(Hostile.dictionary("x", call)) }
  }

  @Test("keep training records only where they are asked for")
  func trainingRecords() throws {
    let arguments =
      Hostile.global("argparse", "Namespace") + [0x29, 0x81, 0x7D] + Hostile.text("lr")
      + [0x4E, 0x73, 0x62]
    let pickle =
      [0x80, 2, 0x7D] + Hostile.text("args") + arguments + [0x73] + Hostile.text("x")
      + Hostile.tensor() + [0x73, 0x2E]
    #expect(try Hostile.open(pickle, policy: .trainingRecords).names == ["x"])
    expectFormatError("argparse.Namespace") { _ = try Hostile.open(pickle) }
  }

  @Test("look outside of their storage")
  func views() throws {
    let cases: [([UInt8], String)] = [
      (Hostile.tensor(offset: 1), "outside"), (Hostile.tensor(offset: -1), "outside"),
      (Hostile.tensor(strides: [2]), "outside"), (Hostile.tensor(strides: [-1]), "outside"),
      (Hostile.tensor(shape: [-2]), "outside"), (Hostile.tensor(shape: [2, 1]), "outside"),
      (Hostile.tensor(shape: [.max, .max, .max], strides: [.max, .max, .max]), "outside"),
      (Hostile.tensor(shape: [.max, .max], strides: [0, 0]), "expands"),
      (Hostile.tensor(shape: [1 << 25], strides: [0]), "expands"),
      (Hostile.tensor(count: 3), "announces 3"), (Hostile.tensor(count: -2), "storage"),
      (Hostile.tensor(type: "DoubleStorage"), "announces 2"),
      (Hostile.tensor(key: "1"), "lacks the data '1'"),
      (Hostile.tensor(key: "../0"), "lacks the data"),
    ]
    for (tensor, message) in cases {
      expectFormatError(message) { _ = try Hostile.open(Hostile.dictionary("x", tensor)) }
    }
  }

  @Test("misuse the stack")
  func stack() throws {
    let programs: [[UInt8]] = [
      [], [0x2E], [0x80, 9], [0x80, 2, 0x74], [0x52], [0x28, 0x4E, 0x28, 0x85], [0x61], [0x73],
      [0x7D, 0x28, 0x4E, 0x75, 0x2E], [0x5D, 0x4E, 0x4E, 0x73], [0x62], [0x4E, 0x4E, 0x62],
      [0x71, 0], [0x68, 5], [0x51], [0x29, 0x51], [0x4E, 0x29, 0x52, 0x2E], [0x28, 0x2E],
      [0x7D, 0x28, 0x4E, 0x73], [0x30], [0x69], [0x6F], [0x93], [0x28, 0x28, 0x28], [0x5D, 0x2E],
    ]
    for program in programs { expectFormatError("") { _ = try Hostile.open(program) } }
  }

  @Test("announce lengths that are not there")
  func lengths() throws {
    for program: [UInt8] in [
      [0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x58, 0xFF, 0xFF, 0xFF, 0x7F, 0x41], [0x8A, 0xFF, 1],
      [0x55, 0x20], [0x47, 0], [0x4A, 1], [0x72, 1],
    ] {
      expectFormatError("more bytes at") { _ = try Hostile.open([0x80, 2] + program) }
    }
    expectFormatError("no end of line") {
      _ = try Hostile.open([0x63] + [UInt8](repeating: 0x41, count: 5000))
    }
  }

  @Test("nest, loop and multiply without end", .timeLimit(.minutes(1)))
  func bombs() throws {
    let start: [UInt8] = [0x80, 2]
    // A tuple in a tuple in a tuple, and marks without end.
    let deep = start + [0x29] + [UInt8](repeating: 0x85, count: 500_000) + [0x2E]
    let marks = start + [UInt8](repeating: 0x28, count: 500_000) + [0x29, 0x2E]
    let tall = start + [UInt8](repeating: 0x4E, count: 20_000) + [0x2E]
    // Each level holds the one below twice: 2^60 values, were they ever written out.
    var doubling = start + [0x29, 0x71, 0]
    for level in 0..<60 {
      doubling += [0x68, UInt8(level), 0x68, UInt8(level), 0x86, 0x71, UInt8(level + 1)]
    }
    // A dictionary that holds itself under the names we unwrap.
    let wrappers = ["state_dict", "model", "module"].flatMap { name -> [UInt8] in
      Hostile.text(name) + [0x68, 0, 0x73]
    }
    let loop = start + [0x7D, 0x71, 0] + wrappers + [0x2E]
    // An OrderedDict rebuilt from the same long list again and again.
    let pair: [UInt8] = [0x68, 1]
    let pairs = Array(repeatElement(pair, count: 9_000).joined())
    let rebuild = Hostile.global("collections", "OrderedDict") + [0x68, 2, 0x85, 0x52, 0x71, 3]
    let rebuilt = Array(repeatElement(rebuild, count: 5_000).joined())
    let copies =
      start + [0x4E, 0x4E, 0x86, 0x71, 1, 0x5D, 0x71, 2, 0x28] + pairs + [0x65] + rebuilt + [0x2E]
    for program in [deep, marks, tall, doubling + [0x2E], loop, copies] {
      expectFormatError("hostile.pt") { _ = try Hostile.open(program) }
    }
    // A TorchScript module that is its own attribute.
    let module =
      start + Hostile.global("__torch__", "M") + [0x29, 0x81, 0x71, 0, 0x7D] + Hostile.text("me")
      + [0x68, 0, 0x73, 0x62, 0x2E]
    expectFormatError("more deeply") {
      _ = try Hostile.open(module, extra: [("a/constants.pkl", [0x80, 2, 0x29, 0x2E])])
    }
  }
}

@Suite("Hostile archives")
struct HostileArchiveTests {
  private func directory(_ bytes: [UInt8]) throws -> ZipDirectory {
    try bytes.withUnsafeBytes { try ZipDirectory($0, file: "test.zip") }
  }

  @Test("and a harmless one")
  func harmless() throws {
    let bytes = Hostile.zip([("a/one", [1, 2, 3]), ("a/two", [])])
    let zip = try directory(bytes)
    #expect(zip.entries.map(\.name) == ["a/one", "a/two"])
    #expect(try Array(bytes[#require(zip["a/one"]).range]) == [1, 2, 3])
  }

  @Test("have two entries of one name, or two that overlap")
  func overlaps() throws {
    expectFormatError("two entries named 'x'") {
      _ = try directory(Hostile.zip([("x", [1]), ("x", [2])]))
    }
    // Inside the payload of the first entry there is another local header.
    let inner: [UInt8] =
      [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + little(UInt16(1)) + [0, 0]
      + Array("y".utf8)
    var bytes = Hostile.zip([("x", inner), ("y", [])])
    let record = bytes.count - 22 - 47
    bytes.replaceSubrange((record + 42)..<(record + 46), with: little(UInt32(31)))
    expectFormatError("overlap") { _ = try directory(bytes) }
  }

  @Test("announce more than there is")
  func absurd() throws {
    let good = Hostile.zip([("x", [1])])
    let body = Array(good.dropLast(22))
    let size = UInt32(47)
    let offset = UInt32(body.count - 47)
    let cases: [([UInt8], String)] = [
      (Hostile.end(count: 60_000, size: size, offset: offset), "60000 zip entries"),
      (Hostile.end(count: 0, size: size, offset: offset), "longer than its entries"),
      (Hostile.end(count: 1, size: .max, offset: offset), "outside of the file"),
      (Hostile.end(count: 1, size: size, offset: .max), "outside of the file"),
      (Hostile.end(count: 1, size: size, offset: 0), "damaged zip directory"),
    ]
    for (end, message) in cases { expectFormatError(message) { _ = try directory(body + end) } }
    var compressed = Hostile.zip([("a/data.pkl", [1])])
    compressed[offset32(compressed) + 10] = 8
    expectFormatError("compressed entry") {
      _ = try openCheckpoint(in: MappedFile(copying: compressed, named: "x"), policy: .tensors)
    }
    expectFormatError("not one of torch.save") {
      _ = try openCheckpoint(in: MappedFile(copying: good, named: "x"), policy: .tensors)
    }
  }

  @Test("say in Zip64 what they cannot say in 32 bits")
  func zip64() throws {
    let plain = Hostile.zip([("x", [1, 2])])
    let start = offset32(plain)
    var record = Array(plain[start..<(plain.count - 22)])
    record.replaceSubrange(20..<28, with: [UInt8](repeating: 0xFF, count: 8))
    record.replaceSubrange(30..<32, with: little(UInt16(20)))
    record += little(UInt16(1)) + little(UInt16(16)) + little(UInt64(2)) + little(UInt64(2))
    let wide =
      [0x50, 0x4B, 6, 6] + little(UInt64(44)) + [UInt8](repeating: 0, count: 12)
      + little(UInt64(1)) + little(UInt64(1)) + little(UInt64(record.count)) + little(UInt64(start))
    let locator =
      [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + little(UInt64(start + record.count)) + [1, 0, 0, 0]
    let end = Hostile.end(count: .max, size: .max, offset: .max)
    let bytes = Array(plain[..<start]) + record + wide + locator + end
    let zip = try directory(bytes)
    #expect(try Array(bytes[#require(zip["x"]).range]) == [1, 2])
    for cut in 1..<bytes.count { expectFormatError("") { _ = try directory(bytes.dropLast(cut)) } }
  }

  /// Where the directory of an archive without comment starts.
  private func offset32(_ bytes: [UInt8]) -> Int {
    bytes.suffix(6).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
