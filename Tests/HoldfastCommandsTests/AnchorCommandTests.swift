import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("Anchors on the command line", .serialized)
struct AnchorCommandTests {
  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  private func writeScenes(to folder: URL) throws {
    let export = SceneExport(
      generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star], count: 3)
    try export.write(
      SceneRendering(.image, size: 48), to: folder.appendingPathComponent("scenes").path)
  }

  private let line =
    "audit --model builtin --data scenes --checks off --attack pgd:steps=2 --epsilon 1/255 --threads 1 "

  @Test("stand for the classes in place of prompts, and are part of what is run")
  func descriptions() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      // A ring is described as a star and the other way round, so that all is mistaken.
      let swapped = #"{"ring": ["a photo of a star.", "a star"], "star": ["a photo of a ring."]}"#
      let file = folder.appendingPathComponent("texts.json")
      try Data(swapped.utf8).write(to: file)
      let plain = try run(line + "--output plain --format csv", in: folder)
      #expect(plain.output.contains("\nclean,,0,1.0,"), "\(plain.output)\(plain.talk)")
      for reduction in ["mean", "nearest"] {
        let outcome = try run(
          line + "--anchors texts.json --anchor-reduction \(reduction) --output \(reduction) "
            + "--format csv", in: folder)
        #expect(outcome.output.contains("\nclean,,0,0.0,"), "\(outcome.output)\(outcome.talk)")
        let record = try RecordCoding.decoder().decode(
          RunRecord.self,
          from: Data(contentsOf: folder.appendingPathComponent("\(reduction)/run.json")))
        #expect(record.plan.anchors?.reduction == reduction)
        #expect(record.plan.anchors?.sha256 == (try Checksum.sha256(ofFileAt: file.path)))
        #expect(record.plan.templates.isEmpty)
      }
      expectFailure(
        try run(line + "--anchors texts.json --output plain", in: folder), code: 64,
        "the anchors of the classes")
    }
  }

  @Test("are refused where they lack a class, or where prompts are given as well")
  func refusals() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder)
      try Data(#"{"ring": ["a ring"]}"#.utf8).write(
        to: folder.appendingPathComponent("texts.json"))
      try Data("a {}\n".utf8).write(to: folder.appendingPathComponent("templates.txt"))
      expectFailure(
        try run(line + "--anchors texts.json", in: folder), code: 2, "has no entry for `star`")
      expectFailure(
        try run(line + "--anchors texts.json --templates templates.txt", in: folder), code: 64,
        "leave one of them out")
      expectFailure(
        try run(line + "--anchor-reduction median", in: folder), code: 64, "use mean or nearest")
    }
  }
}
