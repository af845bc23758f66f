import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Data that change under a run, figures before its end, and names that a terminal would obey.
@Suite("What runs say is true", .serialized)
struct RunTruthTests {
  private static let escape = "\u{1B}"

  /// The pictures of an audit, all of one size, so that names and sizes tell nothing.
  private func padded(_ audit: SceneAudit) throws -> [URL] {
    let folder = audit.folder.appendingPathComponent("scenes/image")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    let pictures = names.filter { $0.hasSuffix(".png") }.map(folder.appendingPathComponent)
    for picture in pictures {
      var data = try Data(contentsOf: picture)
      // What follows the last chunk is not read.
      data.append(Data(count: 40_000 - data.count))
      try data.write(to: picture)
    }
    return pictures
  }

  @Test("pictures of the same name and size that hold something else are not mixed or compared")
  func replacedPictures() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let pictures = try padded(audit)
      func run(_ name: String, _ rest: [String] = []) throws -> Program.Outcome {
        try Program.run(
          audit.arguments(name) + ["--protocol", "clean"] + rest, in: folder)
      }
      #expect(try run("a", ["--limit", "12"]).code == 0)
      let contents = try pictures.map { try Data(contentsOf: $0) }
      for (picture, content) in zip(pictures, contents.dropFirst() + contents.prefix(1)) {
        try content.write(to: picture)
      }
      let talk = expectFailure(try run("a"), code: 2, "its content differs")
      #expect(talk.contains(".png") && talk.contains("keeps 12 finished samples"))
      #expect(audit.lines("a") == 12)

      #expect(try run("b", ["--limit", "12"]).code == 0)
      expectFailure(
        try Program.run(["compare", "a", "b"], in: folder), code: 64,
        "12 of 12 samples have the same id and another input")

      // As they were, the run goes on.
      for (picture, content) in zip(pictures, contents) { try content.write(to: picture) }
      #expect(try run("a").code == 0)
      #expect(audit.lines("a") == 20)
      let shown = try Program.run(["show", "a"], in: folder).output
      #expect(shown.contains("list of the data (ids, labels, file sizes): SHA-256 "))
      #expect(shown.contains("inputs of 20 samples, by their ids: SHA-256 "))
    }
  }

  @Test("a run that was broken off shows the first samples of the data, and says so")
  func brokenOff() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let records = try audit.unbroken("run")
      #expect(Set(records.map(\.place)) == Set(0..<20))
      _ = try audit.unbroken("whole")
      // As if the sample of place 6 had not come to its end.
      let file = folder.appendingPathComponent("run/samples.jsonl")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let left = lines.filter { !$0.contains("\"place\":6,") }
      #expect(left.count == 19)
      try Data((left.joined(separator: "\n") + "\n").utf8).write(to: file)
      let shown = try Program.run(["show", "run", "--format", "json"], in: folder).output
      struct Shown: Decodable {
        let isFinished: Bool
        let finishedSamples: Int
        let summary: SummaryRecord?
      }
      let found = try RecordCoding.decoder().decode(Shown.self, from: Data(shown.utf8))
      #expect(!found.isFinished && found.finishedSamples == 19 && found.summary?.samples == 6)
      let list = try Program.run(["list", "runs", "--runs", ".", "--format", "csv"], in: folder)
      #expect(list.output.contains(",unfinished,19,,\n"), "\(list.output)")
      expectFailure(
        try Program.run(["compare", "whole", "run"], in: folder), code: 64,
        "`run` is not finished")
      let partial = try Program.run(["compare", "whole", "run", "--partial"], in: folder)
      #expect(partial.code == 0 && partial.output.hasPrefix("UNFINISHED: "), "\(partial.talk)")
      #expect(partial.output.contains("6 samples that both have finished"))
    }
  }

  @Test("names with escape sequences reach no terminal as they are, and JSON is exact")
  func escapes() throws {
    try withTemporaryFolder { folder in
      let hostile = "a\(Self.escape)]0;owned\u{7}\u{9B}2J\u{202E}"
      let pixels = { (value: UInt8) in [UInt8](repeating: value, count: 48 * 48 * 3) }
      for (index, name) in ["ring\(Self.escape)[31m", "star"].enumerated() {
        let place = folder.appendingPathComponent("\(hostile)/\(name)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let picture = try encodePNG(Image(width: 48, height: 48, pixels: pixels(UInt8(90 * index))))
        try Data(picture).write(to: place.appendingPathComponent("\(hostile).png"))
      }
      let audit = [
        "audit", "--model", "builtin", "--data", hostile, "--checks", "off", "--attack",
        "pgd:steps=1", "--epsilon", "4/255", "--threads", "1", "--output", "run",
      ]
      let lines = [
        audit, ["show", "run"], ["show", hostile], ["list", "runs", "--runs", "."],
        ["show", "run", "--format", "markdown"], ["audit", "--model", hostile, "--data", hostile],
        ["list", hostile],
      ]
      for line in lines {
        let outcome = try Program.run(line, in: folder)
        for said in [outcome.output, outcome.talk] {
          let raw = said.unicodeScalars.filter { scalar in
            scalar != "\n" && scalar != "\t"
              && (scalar.properties.generalCategory == .control || scalar == "\u{202E}")
          }
          #expect(raw.isEmpty, "\(line): \(said.debugDescription)")
        }
      }
      let shown = try Program.run(["show", "run", "--format", "json"], in: folder).output
      struct Shown: Decodable {
        let run: RunRecord
      }
      let found = try RecordCoding.decoder().decode(Shown.self, from: Data(shown.utf8))
      #expect(found.run.plan.data.path == hostile)

      // The command that repeats the run names the same folder when it is pasted into a shell.
      let text = try Program.run(["show", "run"], in: folder).output
      let pasted = try #require(text.firstMatch(of: /--data (\$'[^']*')/))
      let there = try Program.shell("ls -d \(pasted.1) && cd \(pasted.1)", in: folder)
      #expect(there.code == 0, "\(there.talk)")
    }
  }
}
