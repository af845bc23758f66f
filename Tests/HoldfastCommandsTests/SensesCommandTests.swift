import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Several modalities of one model on the command line, from files to the table.
///
/// The model is ImageBind's structure in small, with random weights and a tokeniser learned from
/// the prompts; so the figures mean nothing, and what is tested is that every modality gets
/// through.
@Suite("Audits of several modalities", .serialized)
struct SensesCommandTests {
  private func writeModel(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let words = BytePairVocabulary(
      learnedFrom: ["a photo of a ring . star", "a sound of ring . star"])
    try words.write(to: folder, contextLength: 12)
    let trunk = ImageBindConfiguration.Trunk(width: 48, layers: 1, heads: 16, hidden: 48)
    let configuration = ImageBindConfiguration(
      vision: .init(trunk: trunk, patch: 14, image: 28),
      audio: .init(
        trunk: .init(width: 48, layers: 1, heads: 12, hidden: 48), patch: 16),
      text: .init(
        width: 48, layers: 1, heads: 16, hidden: 48, vocabulary: words.tokens.count, context: 12,
        activation: .gelu, epsilon: 1e-6),
      projection: 24)
    let model = try ImageBindModel(
      configuration, initializedBy: Generator(seed: 5, stream: "senses"))
    try model.parameters.write(to: "\(folder)/model.safetensors", keys: .imageBind())
  }

  private func writeScenes(to folder: String) throws {
    let export = SceneExport(
      generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star], count: 2)
    for sense in [SceneSense.image, .audio] {
      try export.write(
        SceneRendering(sense, size: 32, seconds: 0.5), to: "\(folder)/\(sense.rawValue)")
    }
  }

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  @Test("may come from one manifest, whose rows name their modality")
  func manifest() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder.appendingPathComponent("model").path)
      try writeScenes(to: folder.appendingPathComponent("scenes").path)
      var rows = ["path,label,modality"]
      for sense in ["image", "audio"] {
        for name in ["ring", "star"] {
          let files = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("scenes/\(sense)/\(name)").path)
          rows += files.sorted().map { "scenes/\(sense)/\(name)/\($0),\(name),\(sense)" }
        }
      }
      try Data(rows.joined(separator: "\n").utf8).write(
        to: folder.appendingPathComponent("all.csv"))
      let outcome = try run(
        "audit --model model --data all.csv --protocol clean --epsilon 1/255 --threads 1 "
          + "--output out --format json", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      for run in ["image-all-csv", "audio-all-csv"] {
        let lines = try String(
          contentsOf: folder.appendingPathComponent("out/\(run)/samples.jsonl"), encoding: .utf8)
        #expect(lines.split(separator: "\n").count == 4, "\(run)")
      }
    }
  }

  @Test("have a row per modality with its unit, and a run per modality that resumes")
  func table() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder.appendingPathComponent("model").path)
      try writeScenes(to: folder.appendingPathComponent("scenes").path)
      let line =
        "audit --model model --data image=scenes/image --data audio=scenes/audio "
        + "--attack pgd:steps=2 --epsilon 1/255,8/255 --threads 1 --checks off --output out --format csv"
      let first = try run(line, in: folder)
      #expect(first.code == 0, "\(first.talk)")
      let rows = first.output.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(
        rows.map { $0.prefix(1).joined() } == ["modality", "image", "image", "audio", "audio"])
      #expect(rows[1][2] == "pixel range [0" || first.output.contains("pixel range [0, 1]"))
      #expect(first.output.contains("normalised mel"))
      for run in ["image-image", "audio-audio"] {
        let lines = try String(
          contentsOf: folder.appendingPathComponent("out/\(run)/samples.jsonl"), encoding: .utf8)
        #expect(lines.split(separator: "\n").count == 4)
      }
      #expect(try run(line, in: folder).output == first.output)
    }
  }

  @Test("attack a sound on its waveform, and nothing else there")
  func waveform() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder.appendingPathComponent("model").path)
      try writeScenes(to: folder.appendingPathComponent("scenes").path)
      let options =
        "--attack pgd:steps=2 --epsilon 0.01 --limit 2 --threads 1 --checks off --attack-at waveform --output "
      let heard = try run(
        "audit --model model --data audio=scenes/audio \(options) heard", in: folder)
      #expect(heard.code == 0, "\(heard.talk)")
      #expect(heard.output.contains("waveform amplitude"), "\(heard.output)")
      let seen = try run(
        "audit --model model --data image=scenes/image \(options) seen", in: folder)
      #expect(seen.code == 64 && seen.talk.contains("--attack-at waveform is for sounds"))
    }
  }

  @Test("take built-in scenes by their split, in every modality of the built-in model")
  func scenes() throws {
    try withTemporaryFolder { folder in
      let senses = ["image", "video", "audio", "thermal", "points", "event"]
      let data = senses.map { "--data \($0)=scenes:evaluation" }.joined(separator: " ")
      let run = try run(
        "audit --model builtin \(data) --checks off --attack pgd:steps=1 --epsilon 1/255 --limit 8 --threads 1 "
          + "--output out --format csv", in: folder)
      #expect(run.code == 0, "\(run.talk)")
      let rows = run.output.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(rows.dropFirst().map { String($0[0]) } == senses)
      let record = try String(
        contentsOf: folder.appendingPathComponent("out/points-scenes-evaluation/run.json"),
        encoding: .utf8)
      #expect(record.contains("scenes:evaluation,sense=points,seed=0,points=1024"))
      #expect(record.contains("towers/points/model.safetensors"))
    }
  }

  @Test("name the modalities that there are where one is asked for that there is not")
  func missing() throws {
    try withTemporaryFolder { folder in
      try writeModel(to: folder.appendingPathComponent("model").path)
      try writeScenes(to: folder.appendingPathComponent("scenes").path)
      let absent = try run("audit --model model --data thermal=scenes/image", in: folder)
      #expect(
        absent.code == 64 && absent.talk.contains("has no modality `thermal`"), "\(absent.talk)")
      #expect(absent.talk.contains("hint: it has image, video, audio"))
      let unknown = try run("audit --model model --data odour=scenes/image", in: folder)
      #expect(unknown.code == 64 && unknown.talk.contains("unknown modality `odour`"))
      let other = try run("audit --model model --data audio=scenes/image", in: folder)
      #expect(other.code == 2 && other.talk.contains("holds no files of the modality audio"))
    }
  }
}
