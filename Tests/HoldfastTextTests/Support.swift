import Foundation

@testable import HoldfastText

/// Where the tests find what is not in this folder.
enum Place {
  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let checkout = here.deletingLastPathComponent().deletingLastPathComponent()
  static let golden = here.appendingPathComponent("Goldens/text.json")

  private static func variable(_ name: String) -> URL? {
    ProcessInfo.processInfo.environment[name].map { URL(fileURLWithPath: $0) }
  }

  /// The tiny model's folder, where the fixtures are there.
  static let tinyModel: URL? = {
    let beside = checkout.deletingLastPathComponent().appendingPathComponent("shared")
    let folder = (variable("HOLDFAST_FIXTURES") ?? beside)
      .appendingPathComponent("models/clip-tiny-cifar10")
    return existing(folder, with: "vocab.json")
  }()

  /// The folder that `scripts/fetch-clip-vocab` fills, where it did.
  static let fullVocabulary = existing(
    variable("HOLDFAST_CLIP_VOCAB") ?? checkout.appendingPathComponent(".peers"),
    with: "vocab.json")

  private static func existing(_ folder: URL, with file: String) -> URL? {
    let path = folder.appendingPathComponent(file).path
    return FileManager.default.fileExists(atPath: path) ? folder : nil
  }
}

/// What `Tools/goldens/text.py` recorded.
struct Golden: Decodable {
  struct Case: Decodable {
    let text: String
    let ids: [Int]
  }

  struct Long: Decodable {
    let unit: String
    let times, count, checksum: Int
  }

  struct Batch: Decodable {
    let contextLength: Int
    let texts: [String]
    let ids: [[Int]]
  }

  let full, tiny, fullRandom, tinyRandom, paddingIsBang, startIsNormalized: [Case]
  let fullLong, tinyLong: [Long]
  let fullBatches, tinyBatches: [Batch]

  static func load() throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Place.golden))
  }
}

/// A folder of its own that goes away with the value.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> URL {
    try write(name, Data(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ data: Data) throws -> URL {
    let url = folder.appendingPathComponent(name)
    try data.write(to: url)
    return url
  }
}

/// SplitMix64, so that random texts are the same everywhere.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A byte-level vocabulary that knows the words "hi" and "cat", as files would hold it.
struct SmallVocabulary {
  var ids: [String: Int] = [:]
  var merges = ["#version: 0.2", "h i</w>", "c a", "ca t</w>"]

  init() {
    for symbol in ByteSymbols.order.map({ ByteSymbols.symbols[Int($0)] }) {
      ids[symbol] = ids.count
    }
    for symbol in ByteSymbols.order.map({ ByteSymbols.symbols[Int($0)] }) {
      ids[symbol + "</w>"] = ids.count
    }
    for token in ["hi</w>", "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>"] {
      ids[token] = ids.count
    }
  }

  func write(to scratch: Scratch) throws {
    try scratch.write("vocab.json", JSONEncoder().encode(ids))
    try scratch.write("merges.txt", merges.joined(separator: "\n") + "\n")
  }

  /// As a `tokenizer.json`, after a change.
  func tokenizerJSON(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> Data {
    let pairs = merges.dropFirst().map { $0.components(separatedBy: " ") }
    var model: [String: Any] = [
      "type": "BPE", "end_of_word_suffix": "</w>", "vocab": ids, "merges": pairs,
    ]
    change(&model)
    return try JSONSerialization.data(withJSONObject: ["model": model])
  }
}

/// The error that `body` throws.
func failure(_ body: () throws -> some Any) -> TextError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? TextError
  }
}
