import Foundation
import HoldfastTestSupport
import Testing

@Suite("The command line, with files that are wrong", .serialized)
struct DamageTests {
  /// A small random CLIP folder of the encoders' tests.
  private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(
      "HoldfastEncodersTests/Goldens/hf-quick-gelu")

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Self.model, to: folder.appendingPathComponent("model"))
  }

  /// The transcript of a command in the folder, which must fail with code 2.
  private func failure(_ line: String, _ words: String) throws {
    let arguments = line.split(separator: " ").map(String.init)
    expectFailure(try Program.run(arguments, in: folder), code: 2, words)
  }

  private func write(_ text: String, _ name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  @Test("names a path that is not there")
  func missing() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try failure("classify a.png --model none --labels a,b", "`none`: does not exist")
    try failure("audit --model model --data none", "`none`: does not exist")
    try failure("audit --model model --data model --classes none", "none")
    try failure("embed none.png --model model", "none.png")
    try failure("embed hello --text --model model", "has no tokenizer")
    try failure("embed a --text --model hf:no/such-model-there", "no/such-model-there")
  }

  @Test("refuses weights, configurations and bundles that are torn")
  func torn() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appendingPathComponent("model/config.json")
    let weights = folder.appendingPathComponent("model/model.safetensors")
    let (json, bytes) = (try Data(contentsOf: config), try Data(contentsOf: weights))
    for length in [0, 7, 100, bytes.count - 1] {
      try bytes.prefix(length).write(to: weights)
      try failure("embed a.png --model model", "model.safetensors")
    }
    try bytes.write(to: weights)
    for text in ["", "{", "{}", "[]"] {
      try write(text, "model/config.json")
      try failure("embed a.png --model model", "config.json")
    }
    try json.write(to: config)
    try write("{\"schema\": 1", "bundle/holdfast.json")
    try failure("embed a.png --model bundle", "holdfast.json`: is not the manifest of a bundle")
  }

  @Test("refuses data that are torn or empty")
  func data() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("", "data/cat/notes.txt")
    try failure("audit --model model --data data", "`data`: holds no pictures")
    try write("path,label\nx.png,cat\n", "list.csv")
    try failure("audit --model model --data list.csv", "x.png")
    try write("path,label\nmodel/config.json\n", "list.csv")
    try failure("audit --model model --data list.csv", "row 2")
    try write("not a picture", "data/cat/torn.png")
    try failure("embed data/cat/torn.png --model model", "torn.png")
  }

  @Test("hardens a model without a tokenizer and a bundle, but not over them")
  func harden() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    func run(_ line: String) throws -> Program.Outcome {
      try Program.run(line.split(separator: " ").map(String.init), in: folder)
    }
    let outcome = try run("harden --model model --method r-adapt:d0=30 --output bundles/b")
    #expect(outcome.code == 0, "\(outcome.talk)")
    #expect(outcome.output == "bundles/b\n")
    #expect(outcome.talk.contains("holdfast audit --model bundles/b"))
    expectFailure(
      try run("harden --model model --method r-adapt --output model"), code: 64, "something else")
    let twice = try run("harden --model bundles/b --method r-adapt --output bundles/c")
    #expect(twice.code == 0, "\(twice.talk)")
    expectFailure(
      try run("harden --model bundles/c --method r-adapt --output bundles/b"), code: 64,
      "this one goes around")
    _ = try run("scenes --output scenes --count 1 --concepts star")
    let pictures = try FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent("scenes/image/star").path)
    let embedded = try ["model", "bundles/b", "bundles/c"].map { model in
      try run("embed scenes/image/star/\(pictures[0]) --model \(model)").output
    }
    #expect(Set(embedded).count == 3 && !embedded.contains(""))
    expectFailure(
      try run("harden --model model --vision model --method r-adapt --output c"), code: 64,
      "--guide")
    expectFailure(
      try run("embed a.png --model bundles/b --vision model"), code: 64, "--vision")

    // The base is watched.
    try write("{}", "model/preprocessor_config.json")
    try failure("embed a.png --model bundles/b", "preprocessor_config.json changed")
    try failure("embed a.png --model bundles/c", "preprocessor_config.json changed")
    try FileManager.default.removeItem(at: folder.appendingPathComponent("model"))
    try failure("embed a.png --model bundles/b", "no longer at")
  }
}
