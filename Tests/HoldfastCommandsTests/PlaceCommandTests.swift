import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("Audits of pictures at their own size", .serialized)
struct PlaceCommandTests {
  private func writeScenes(to folder: String, sizes: [Int]) throws {
    for size in sizes {
      let export = SceneExport(
        generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star],
        count: 3)
      try export.write(SceneRendering(.image, size: size), to: "\(folder)/\(size)")
    }
  }

  private let line =
    "audit --model builtin --checks off --attack apgd-ce:steps=5 --epsilon 4/255 --threads 1 --attack-at native "

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  @Test("attack before the resize, and say so")
  func native() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder.path, sizes: [32])
      let outcome = try run(line + "--data 32 --output run --save-adversarial", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(
        outcome.output.contains("attacked at the pictures' own size 3×32×32, before resize"),
        "\(outcome.output)")
      let run = folder.appendingPathComponent("run")
      let record = try RecordCoding.decoder().decode(
        RunRecord.self, from: Data(contentsOf: run.appendingPathComponent("run.json")))
      #expect(record.plan.attackSpace.place == "native")
      #expect(record.plan.attackSpace.shape == [3, 32, 32])
      // What is kept is a picture of that size, within the radius of the one on disk.
      let files = FileManager.default.enumerator(at: run, includingPropertiesForKeys: nil)
      let pictures = (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "png" }
      for picture in pictures {
        #expect(
          try decodeImage(Array(Data(contentsOf: picture)), name: "p").size
            == ImageSize(width: 32, height: 32))
      }
      #expect(!pictures.isEmpty)
    }
  }

  @Test("refuse pictures of several sizes, and modalities without pictures")
  func refusals() throws {
    try withTemporaryFolder { folder in
      try writeScenes(to: folder.path, sizes: [32, 40])
      let from = folder.appendingPathComponent("40/star")
      let other = try #require(
        FileManager.default.contentsOfDirectory(at: from, includingPropertiesForKeys: nil).first)
      try FileManager.default.copyItem(
        at: other, to: folder.appendingPathComponent("32/star/zz.png"))
      let mixed = try run(line + "--data 32 --output mixed", in: folder)
      expectFailure(
        mixed, code: 2, "40x40 pixels cannot be attacked beside those of 32x32")
      let lost = try run(
        line.replacing("native", with: "nativ") + "--data 32 --output lost", in: folder)
      expectFailure(lost, code: 64, "unknown attack-at `nativ`; use model, native or waveform")
    }
  }
}
