import Foundation
import HoldfastTestSupport
import Testing

/// Whether the real checkpoints and images are there.
private let hasFixtures =
  Fixtures.has("models/clip-tiny-cifar10") && Fixtures.has("data/cifar10/test")

@Suite("The command line, on real checkpoints", .serialized, .enabled(if: hasFixtures))
struct EndToEndTests {
  private let model = Fixtures.path("models/clip-tiny-cifar10")
  private let robust = Fixtures.path("models/clip-tiny-cifar10-robust")
  private let images = Fixtures.path("data/cifar10/test")

  private func succeed(
    _ arguments: [String], in folder: URL, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program.Outcome {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == 0, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(!outcome.talk.contains("error"), sourceLocation: sourceLocation)
    return outcome
  }

  private func json<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(text.utf8))
  }

  @Test("classifies images, in every form")
  func classify() throws {
    struct Answer: Decodable {
      let image, label: String
      let probabilities: [String: Double]
    }
    let pictures = ["\(images)/ship/0000.jpg", "\(images)/frog/0000.jpg"]
    let labels = [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    let arguments =
      ["classify"] + pictures + ["--model", model, "--labels", labels.joined(separator: ",")]
    try withTemporaryFolder { folder in
      let answers = try json(
        [Answer].self, succeed(arguments + ["--format", "json"], in: folder).output)
      #expect(answers.map(\.image) == pictures)
      for answer in answers {
        #expect(Set(answer.probabilities.keys) == Set(labels))
        #expect(abs(answer.probabilities.values.reduce(0, +) - 1) < 1e-5)
        #expect(answer.probabilities[answer.label] == answer.probabilities.values.max())
      }
      let lines = try succeed(arguments, in: folder).output.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines[0].split(separator: " ") == ["image", "label"] + labels.map { Substring($0) })
      let table = try succeed(arguments + ["--format", "csv"], in: folder).output
      #expect(table.hasPrefix("image,label,airplane,"))
      expectFailure(
        try Program.run(
          ["classify", pictures[0], "--model", model, "--labels", "cat,cat"], in: folder),
        code: 2, "named twice")
    }
  }

  @Test("embeds images and texts, as lines and as a file")
  func embed() throws {
    struct Line: Decodable {
      let input: String
      let embedding: [Double]
    }
    try withTemporaryFolder { folder in
      for arguments in [["\(images)/ship/0000.jpg"], ["a photo of a ship.", "--text"]] {
        let line = try json(
          Line.self, succeed(["embed"] + arguments + ["--model", model], in: folder).output)
        #expect(line.input == arguments[0])
        #expect(line.embedding.count == 128)
        #expect(abs(line.embedding.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
      }
      let written = try succeed(
        ["embed", "\(images)/ship/0000.jpg", "--model", model, "--output", "e.safetensors"],
        in: folder)
      #expect(written.output == "e.safetensors\n")
      #expect(
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("e.safetensors").path))
    }
  }

  private struct Summary: Decodable {
    struct Radius: Decodable {
      let radius: String
      let cleanAccuracy, robustAccuracy, forwardPerSample, backwardPerSample, seconds: Double
      let interval: [Double]
      let robust, total: Int
    }
    struct ByName: Decodable {
      let name: String
      let radii: [Radius]
    }
    struct Omitted: Decodable {
      let name, reason: String
    }
    let samples: Int
    let worstCase: [Radius]
    let protocols: [ByName]
    let omitted: [Omitted]
  }

  @Test("audits a model, resumes, and refuses to resume another audit")
  func audit() throws {
    try withTemporaryFolder { folder in
      func arguments(_ limit: Int, _ rest: [String] = []) -> [String] {
        [
          "audit", "--model", model, "--data", images, "--attack", "apgd-ce:steps=10", "--limit",
          "\(limit)", "--checks", "off", "--output", "run",
        ] + rest
      }
      let first = try succeed(arguments(8, ["--format", "json"]), in: folder)
      #expect(first.talk.hasSuffix("The run is in run\n"))
      let eight = try json(Summary.self, first.output)
      #expect(eight.samples == 8)

      let outcome = try succeed(
        arguments(20, ["--format", "json", "--batch-size", "7"]), in: folder)
      let summary = try json(Summary.self, outcome.output)
      #expect(summary.samples == 20)
      #expect(summary.protocols.map(\.name) == ["white-box"])
      #expect(summary.omitted.map(\.name) == ["transfer", "adaptive"])
      #expect(summary.worstCase.map(\.radius) == ["1/255", "2/255", "4/255"])
      let counts = summary.worstCase.map(\.robust)
      #expect(counts == counts.sorted(by: >))
      for row in summary.worstCase {
        #expect(row.total == 20 && row.robustAccuracy <= row.cleanAccuracy)
        #expect(row.interval[0] <= row.robustAccuracy && row.robustAccuracy <= row.interval[1])
      }
      let stored = try String(
        contentsOf: folder.appendingPathComponent("run/summary.json"), encoding: .utf8)
      #expect(stored == outcome.output)
      let lines = try String(
        contentsOf: folder.appendingPathComponent("run/samples.jsonl"), encoding: .utf8)
      #expect(lines.split(separator: "\n").count == 20)

      // All is done, so nothing but the report is left, in the form that is asked for.
      let text = try succeed(arguments(20), in: folder).output
      let rows = text.split(separator: "\n")
      #expect(rows[0].hasPrefix("clip-tiny-cifar10 on test: 20 samples, linf in units of"))
      #expect(rows[2].hasPrefix("white-box   apgd-ce"))
      #expect(rows[3].hasPrefix("worst case"))
      #expect(text.contains("not run: transfer (there is no undefended base;"))
      let csv = try succeed(arguments(20, ["--format", "csv"]), in: folder).output
      #expect(csv.split(separator: "\n").count == 1 + 1 + 3 + 3)
      let markdown = try succeed(arguments(20, ["--format", "markdown"]), in: folder).output
      #expect(markdown.contains("| worst case |"))

      expectFailure(
        try Program.run(arguments(20, ["--seed", "1", "--epsilon", "1/255"]), in: folder), code: 64,
        "differs in the radii, the seed")
    }
  }

  @Test("refuses radii, classes and models that do not fit")
  func mismatches() throws {
    try withTemporaryFolder { folder in
      func failure(_ rest: [String], _ code: Int32, _ words: String) throws {
        expectFailure(
          try Program.run(["audit", "--model", model, "--data", images] + rest, in: folder),
          code: code, words)
      }
      try failure(["--epsilon", "4"], 64, "did you mean 4/255?")
      try failure(["--epsilon", "100", "--norm", "l2"], 64, "reaches across")
      let nine = "a b c d e f g h i".replacing(" ", with: "\n")
      try Data(nine.utf8).write(to: folder.appendingPathComponent("nine.txt"))
      try failure(["--classes", "nine.txt"], 64, "names 9 classes")
      try Data("a\na\n".utf8).write(to: folder.appendingPathComponent("twice.txt"))
      try failure(["--classes", "twice.txt"], 2, "twice")
      try Data("a photo\n".utf8).write(to: folder.appendingPathComponent("templates.txt"))
      try failure(["--templates", "templates.txt"], 2, "no placeholder")
      try failure(["--transfer-from", "none"], 2, "`none`: does not exist")
      try failure(["--output", "nine.txt"], 64, "cannot be made")
    }
  }

  @Test("hardens, audits the bundle under every protocol, and watches the bundle")
  func harden() throws {
    try withTemporaryFolder { folder in
      _ = try succeed(
        ["harden", "--model", robust, "--method", "r-adapt:alpha=0.2,beta=0.9", "--output", "b"],
        in: folder)
      func audit(_ rest: [String]) -> [String] {
        [
          "audit", "--model", "b", "--data", images, "--attack", "apgd-ce:steps=4", "--limit", "3",
          "--epsilon", "8/255", "--checks", "off", "--output", "run", "--format", "json",
        ] + rest
      }
      let summary = try json(Summary.self, succeed(audit([]), in: folder).output)
      #expect(
        summary.protocols.map(\.name) == ["transfer", "transfer-png", "white-box", "adaptive"])
      #expect(summary.omitted.isEmpty)
      for entry in summary.protocols {
        #expect(entry.radii[0].robust >= summary.worstCase[0].robust)
      }
      // The same hyper-parameters with another anchor are another model.
      _ = try succeed(
        [
          "harden", "--model", robust, "--method", "r-adapt:alpha=0.2,beta=0.9", "--guide", model,
          "--output", "b",
        ], in: folder)
      expectFailure(try Program.run(audit([]), in: folder), code: 64, "differs in the model")
    }
  }

  @Test("hardens a bundle, and audits both layers together")
  func hardenTwice() throws {
    try withTemporaryFolder { folder in
      for (base, method, output) in [
        (robust, "clipure-cos:gradient=released", "inner"),
        ("inner", "r-adapt:alpha=0.2,beta=0.9", "outer"),
      ] {
        _ = try succeed(
          ["harden", "--model", base, "--method", method, "--output", output], in: folder)
      }
      let summary = try json(
        Summary.self,
        succeed(
          [
            "audit", "--model", "outer", "--data", images, "--attack", "apgd-ce:steps=4",
            "--limit", "3", "--epsilon", "8/255", "--checks", "off", "--output", "run",
            "--format", "json",
          ], in: folder
        ).output)
      #expect(
        summary.protocols.map(\.name) == ["transfer", "transfer-png", "white-box", "adaptive"])
      struct Plan: Decodable {
        struct Model: Decodable {
          let path: String
          let defense: String?
          let files: [String: String]
        }
        struct Entry: Decodable {
          struct Attack: Decodable { let name: String }
          let name: String
          let attacks: [Attack]
        }
        let model, transferModel: Model
        let protocols: [Entry]
      }
      struct Run: Decodable { let plan: Plan }
      let record = try String(
        contentsOf: folder.appendingPathComponent("run/run.json"), encoding: .utf8)
      let plan = try json(Run.self, record).plan
      #expect(plan.model.defense?.hasPrefix("clipure-cos+r-adapt [{") == true)
      #expect(plan.model.files.keys.contains("bundle/layer-1.safetensors"))
      #expect(plan.model.files.keys.contains("bundle/base/layer-1.safetensors"))
      // Transfer examples come from the checkpoint inside, not from the inner bundle.
      #expect(plan.transferModel.path == robust && plan.transferModel.defense == nil)
      #expect(
        plan.protocols.first { $0.name == "adaptive" }?.attacks.map(\.name) == [
          "apgd-ce-bpda", "apgd-dlr-bpda", "apgd-embedding-bpda", "apgd-embedding",
          "apgd-ce-low-pass",
        ])
    }
  }

  private struct Checked: Decodable {
    struct Check: Decodable {
      let letter, verdict: String
      let p: Double?
    }
    let unreliable: Bool?
    let checks: [Check]
  }

  @Test("marks CLIPure-Cos as released unreliable everywhere, and not the robust checkpoint")
  func checks() throws {
    try withTemporaryFolder { folder in
      _ = try succeed(
        [
          "harden", "--model", model, "--method", "clipure-cos:gradient=released", "--output", "b",
        ], in: folder)
      func audit(_ name: String, _ count: Int, _ rest: [String]) -> [String] {
        [
          "audit", "--model", name, "--data", images, "--attack", "apgd-ce:steps=20", "--limit",
          "\(count)", "--checks", "\(count)",
        ] + rest
      }
      let text = try Program.run(
        audit("b", 24, ["--epsilon", "8/255", "--output", "masked"]), in: folder)
      #expect(text.code == 0 && text.talk.contains("UNRELIABLE: checks "))
      #expect(text.output.hasPrefix("UNRELIABLE, checks (b), (d), (f) failed: b with clipure"))
      #expect(text.output.contains("worst case (unreliable)"))
      let again = try Program.run(
        audit("b", 24, ["--epsilon", "8/255", "--output", "masked", "--format", "json"]), in: folder
      )
      let masked = try json(Checked.self, again.output)
      #expect(masked.unreliable == true)
      #expect(masked.checks.filter { $0.verdict == "fail" }.map(\.letter) == ["b", "d", "f"])

      let sound = try json(
        Checked.self,
        succeed(
          audit(
            robust, 14,
            ["--transfer-from", model, "--epsilon", "32/255", "--output", "sound", "--format"]
              + ["json"]), in: folder
        ).output)
      #expect(sound.unreliable == false)
      // Of 14 samples fewer than seven stand, so three checks could not fail.
      #expect(
        sound.checks.map(\.verdict)
          == [
            "pass", "pass", "too-few-to-tell", "too-few-to-tell", "too-few-to-tell", "pass", "pass",
          ])
    }
  }

  @Test("makes examples for transfer on the model that is named, with its own text tower")
  func transfer() throws {
    try withTemporaryFolder { folder in
      let outcome = try succeed(
        [
          "audit", "--model", robust, "--data", images, "--transfer-from", model, "--attack",
          "apgd-ce:steps=10", "--limit", "10", "--epsilon", "4/255", "--protocol", "transfer",
          "--format", "json",
        ], in: folder)
      let summary = try json(Summary.self, outcome.output)
      #expect(summary.protocols.map(\.name) == ["transfer", "transfer-png"])
      #expect(summary.omitted.map(\.reason) == ["not asked for", "not asked for"])
      let runs = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("runs").path
      ).filter { $0 != "transfer" }
      #expect(runs.count == 1 && runs[0].hasPrefix("clip-tiny-cifar10-robust-test-"))
    }
  }
}
