import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Models exported as TorchScript by Tools/goldens/script_models.py, from files to the table.
///
/// Their weights are random, so the figures mean nothing; what is tested is the way there.
@Suite("Models that are code, on the command line", .serialized)
struct ScriptCommandTests {
  private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("HoldfastEncodersTests/Goldens/script").path

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    let arguments = line.replacing("MODELS", with: Self.models).split(separator: " ")
    return try Program.run(arguments.map(String.init), in: folder)
  }

  private func writeScenes(to folder: URL) throws {
    let export = SceneExport(
      generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.circle, .star], count: 3)
    try export.write(
      SceneRendering(.image, size: 24), to: folder.appendingPathComponent("scenes").path)
  }

  private func record(_ run: String, in folder: URL) throws -> PlanRecord {
    try RecordCoding.decoder().decode(
      RunRecord.self, from: Data(contentsOf: folder.appendingPathComponent("\(run)/run.json"))
    ).plan
  }

  private let options = "--attack apgd-ce:steps=4 --epsilon 8/255 --threads 1 --format csv --output"

  @Test("a classifier keeps all its classes, and resumes")
  func classifier() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      let line =
        "audit --model MODELS/classifier.pt --input MODELS/classifier.json --trust --data scenes "
        + "\(options) out"
      let outcome = try run(line, in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      let plan = try record("out", in: folder)
      #expect(plan.classes == ["circle", "square", "star"])
      #expect(plan.templates.isEmpty)
      let description = "\(Self.models)/classifier.json"
      #expect(
        plan.model.files["input/classifier.json"] == (try Checksum.sha256(ofFileAt: description)))
      #expect(plan.model.files["classifier.pt"] != nil)
      let lines = try String(
        contentsOf: folder.appendingPathComponent("out/samples.jsonl"), encoding: .utf8)
      let samples = try lines.split(separator: "\n").map {
        try RecordCoding.decoder().decode(SampleRecord.self, from: Data($0.utf8))
      }
      #expect(samples.count == 6)
      #expect(Set(samples.map(\.label)) == [0, 2], "stars are the model's third class")
      #expect(try run(line, in: folder).output == outcome.output)

      let star = try #require(
        FileManager.default.contentsOfDirectory(
          atPath: folder.appendingPathComponent("scenes/star").path
        ).first { $0.hasSuffix(".png") })
      let names = try run(
        "classify scenes/star/\(star) --model MODELS/classifier.pt --input MODELS/classifier.json "
          + "--trust --format json", in: folder)
      #expect(names.output.contains("\"square\""), "\(names.output)\(names.talk)")
    }
  }

  @Test("an encoder takes its anchors from its description, or from the command line")
  func encoder() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      let model = "--model MODELS/encoder.pt --input MODELS/encoder.json --trust --data scenes"
      let outcome = try run("audit \(model) \(options) one", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(try record("one", in: folder).model.files["anchors/anchors.safetensors"] != nil)
      let again = try run(
        "audit \(model) --anchors MODELS/anchors.safetensors --anchor-reduction nearest "
          + "\(options) two", in: folder)
      #expect(again.code == 0, "\(again.talk)")
      #expect(try record("two", in: folder).anchors?.reduction == "nearest")
    }
  }

  @Test("transfer examples come from another model that is code")
  func transfer() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      let outcome = try run(
        "audit --model MODELS/classifier.pt --input MODELS/classifier.json --trust --data scenes "
          + "--transfer-from MODELS/classifier.pt \(options) out", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("\ntransfer,"), "\(outcome.output)")
    }
  }

  @Test("code runs only where it is trusted")
  func trust() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      let ran = folder.appendingPathComponent("it-ran").path
      let model = "audit --model MODELS/writer.pt --data scenes"
      expectFailure(
        try run("\(model) --input MODELS/odd.json \(options) out", in: folder), code: 64,
        "TorchScript is code")
      expectFailure(try run("\(model) \(options) out", in: folder), code: 2, "not of a model that")
      #expect(!FileManager.default.fileExists(atPath: ran))
      // The same file, trusted, does what it was made for: the refusals above refuse something.
      let outcome = try run("\(model) --input MODELS/odd.json --trust \(options) out", in: folder)
      #expect(outcome.code == 2 && FileManager.default.fileExists(atPath: ran), "\(outcome.talk)")
    }
  }

  @Test("what does not fit together is refused")
  func refusals() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      for (line, code, words) in [
        ("--model builtin --trust", 64, "--trust is for TorchScript"),
        ("--model builtin --input MODELS/odd.json --trust", 2, "is not an archive of"),
        (
          "--model MODELS/classifier.pt --input MODELS/classifier.json --trust --anchors "
            + "MODELS/anchors.safetensors", 64, "is a classifier"
        ),
        ("--model MODELS/classifier.pt --input none.json --trust", 2, "cannot be read"),
        ("--model MODELS/cut.pt --input MODELS/odd.json --trust", 2, "has 2 classes"),
      ] as [(String, Int32, String)] {
        expectFailure(
          try run("audit \(line) --data scenes \(options) out", in: folder), code: code, words)
      }
    }
  }
}
