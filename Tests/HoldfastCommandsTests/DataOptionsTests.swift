import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Which samples an audit takes, seen from the command line, on the built-in model and its scenes.
@Suite("Choosing data on the command line", .serialized)
struct DataOptionsTests {
  private func write(in folder: URL, count: Int = 4) throws {
    let export = SceneExport(
      generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star],
      count: count)
    for (sense, name) in [(SceneSense.image, "set/test"), (.audio, "sounds")] {
      try export.write(
        SceneRendering(sense, size: 32, seconds: 0.5), to: folder.appendingPathComponent(name).path)
    }
    // The manifests of the export would make another layout of it.
    for name in ["set/test/manifest.csv", "set/test/pairs.csv"] {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  private struct Run: Decodable {
    struct Plan: Decodable {
      struct Data: Decodable {
        struct Sample: Decodable {
          let count, seed: Int
          let rule: String
        }
        let layout: String
        let split: String?
        let subsample: Sample?
        let missing: [String]?
      }
      let data: Data
      let classes: [String]
    }
    let plan: Plan
  }

  private func record(_ path: String, in folder: URL) throws -> Run {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(path)/run.json"))
    return try JSONDecoder().decode(Run.self, from: data)
  }

  @Test("takes a split and a subsample, and records both with the classes")
  func choice() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      let line = "audit --model builtin --data set --protocol clean --output out --threads 1 "
      let outcome = try run(line + "--split test --subsample 5:9", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("5 samples"))
      let plan = try record("out", in: folder).plan
      #expect(plan.data.split == "test" && plan.data.layout == "image-folder")
      #expect(plan.data.subsample?.count == 5 && plan.data.subsample?.seed == 9)
      #expect(plan.data.subsample?.rule == "two-per-class" && plan.classes == ["ring", "star"])
      let lines = try String(
        contentsOf: folder.appendingPathComponent("out/samples.jsonl"), encoding: .utf8)
      #expect(lines.split(separator: "\n").count == 5)
      // The same choice resumes, another one does not.
      #expect(try run(line + "--split test --subsample 5:9", in: folder).code == 0)
      let other = try run(line + "--subsample 5:8", in: folder)
      expectFailure(other, code: 64, "differs in the data")
      let split = try run(line + "--split tset", in: folder)
      expectFailure(split, code: 64, "did you mean `test`")
      let few = try run(line + "--subsample 3", in: folder)
      expectFailure(few, code: 64, "too few for two of each of 2 classes")
      let word = try run(line + "--subsample many", in: folder)
      expectFailure(word, code: 64, "is not a subsample")
    }
  }

  @Test(
    "names, skips and counts files that cannot be decoded; --strict stops, as does nothing good")
  func damaged() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      let torn = folder.appendingPathComponent("set/test/star/000-torn.png")
      try Data("not a picture".utf8).write(to: torn)
      let line = "audit --model builtin --data set --protocol clean --threads 1 --output "
      let outcome = try run(line + "out", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("8 samples"))
      #expect(
        outcome.output.contains("left out: 1 input that cannot be decoded: star/000-torn.png"))
      let summary = try String(
        contentsOf: folder.appendingPathComponent("out/summary.json"), encoding: .utf8)
      #expect(summary.contains("\"skipped\"") && summary.contains("star/000-torn.png"))
      // A resumed run says it again.
      #expect(try run(line + "out", in: folder).output.contains("1 input that cannot be decoded"))
      expectFailure(try run(line + "strict --strict", in: folder), code: 2, "000-torn.png")
      for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      where file.hasSuffix(".png") {
        try Data("torn".utf8).write(to: folder.appendingPathComponent(file))
      }
      expectFailure(try run(line + "none", in: folder), code: 2, "is not an image file")
    }
  }

  @Test(
    "shut every gate if samples were skipped, in later sessions too, but for --allow-skipped"
  )
  func skippedGate() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      let torn = folder.appendingPathComponent("set/test/star/000-torn.png")
      try Data("not a picture".utf8).write(to: torn)
      let line =
        "audit --model builtin --data set --protocol clean --threads 1 --output out "
        + "--require clean>=0 "
      let first = try run(line, in: folder)
      #expect(first.code == 1)
      #expect(first.talk.contains("error: 1 sample was skipped (star/000-torn.png)"))
      #expect(first.talk.contains("`clean>=0` does not allow; --allow-skipped 1 allows it"))
      // A session that does not come to the file remembers it.
      let later = try run(line + "--limit 1", in: folder)
      #expect(later.code == 1 && later.talk.contains("000-torn.png"))
      let allowed = try run(line + "--allow-skipped 1", in: folder)
      #expect(allowed.code == 0, "\(allowed.talk)")
      expectFailure(
        try run(line + "--allow-skipped=-1", in: folder), code: 64, "--allow-skipped")
      // The whole picture, as large as before, is audited, and nothing is missing.
      let whole = try Data(
        contentsOf: folder.appendingPathComponent("set/test/star/evaluation-4.png"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("out"))
      try whole.write(to: torn)
      #expect(try run(line, in: folder).code == 0)
    }
  }

  #if os(Linux)
    @Test("stops at a file that the system cannot read, keeps what is finished, and goes on")
    func unreadable() throws {
      try withTemporaryFolder { folder in
        try write(in: folder)
        let bad = folder.appendingPathComponent("set/test/star/zzz.png")
        // Reading it from the start is an input/output error.
        try FileManager.default.createSymbolicLink(
          atPath: bad.path, withDestinationPath: "/proc/self/mem")
        let line = "audit --model builtin --data set --protocol clean --threads 1 --output out"
        let talk = expectFailure(
          try run(line, in: folder), code: 2, "zzz.png`: cannot read the file: Input/output error")
        #expect(talk.contains("`out` keeps 8 finished samples"))
        let files = FileManager.default
        #expect(!files.fileExists(atPath: folder.appendingPathComponent("out/summary.json").path))
      }
    }
  #endif

  @Test("says how numbered folders and --classes go together")
  func numbered() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      let set = folder.appendingPathComponent("set/test")
      for (name, number) in [("ring", "10"), ("star", "9")] {
        try FileManager.default.moveItem(
          at: set.appendingPathComponent(name), to: set.appendingPathComponent(number))
      }
      try Data("star\nring\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
      let outcome = try run(
        "audit --model builtin --data set --classes names.txt --protocol clean --threads 1 --output o",
        in: folder)
      #expect(outcome.code == 0 && outcome.output.contains("100.0 %"), "\(outcome.output)")
      #expect(outcome.talk.contains("in order of their numbers, take the lines of --classes"))
      #expect(outcome.talk.contains("`9` is `star`, `10` is `ring`"))
      #expect(try record("o", in: folder).plan.classes == ["star", "ring"])
    }
  }

  @Test("finds a class list that does not match the folders")
  func classes() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      try Data("ring\nstar\nsquare\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
      let outcome = try run(
        "audit --model builtin --data set --classes names.txt --output out", in: folder)
      expectFailure(outcome, code: 64, "names 3 classes")
    }
  }

  @Test("leaves out pairs whose files are not there, and says which; --strict stops")
  func pairs() throws {
    try withTemporaryFolder { folder in
      try write(in: folder)
      let files = FileManager.default
      let names = try files.contentsOfDirectory(
        atPath: folder.appendingPathComponent("set/test/ring").path
      ).sorted()
      let entries = names.map { #"{"image": "ring/\#($0)", "caption": "a ring \#($0)"}"# }
      let text =
        "[\(entries.joined(separator: ", ")), {\"image\": \"gone.png\", \"caption\": \"x\"}]"
      try Data(text.utf8).write(to: folder.appendingPathComponent("set/test/captions.json"))
      let line =
        "audit --model builtin --task retrieval --pairs set/test/captions.json --threads 1 "
        + "--attack fgsm --epsilon 1/255 --output "
      let outcome = try run(line + "out --subsample 2", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(
        outcome.output.contains("left out: 1 input whose files are not there: gone.png"),
        "\(outcome.output)")
      let plan = try record("out", in: folder).plan
      #expect(plan.data.missing == ["gone.png"] && plan.data.layout == "captions")
      #expect(plan.data.subsample?.count == 2)
      expectFailure(try run(line + "strict --strict", in: folder), code: 2, "lacks the files of 1")
      let sense = try run(
        line.replacingOccurrences(of: "--pairs ", with: "--pairs audio=") + "a", in: folder)
      expectFailure(sense, code: 64, "is captions data, which is image")
      try Data("input,caption,modality\na.png,x,depth\nb.png,y,depth\n".utf8)
        .write(to: folder.appendingPathComponent("depths.csv"))
      let model = try run(
        "audit --model builtin --task retrieval --pairs depths.csv", in: folder)
      expectFailure(model, code: 64, "has no modality `depth`")
    }
  }

  @Test("names the layouts that are read")
  func list() throws {
    try withTemporaryFolder { folder in
      let outcome = try run("list datasets --format markdown", in: folder)
      #expect(outcome.code == 0)
      for layout in DataLayouts.entries { #expect(outcome.output.contains(layout.name)) }
    }
  }
}
