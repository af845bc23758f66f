import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("Audits towards a class", .serialized)
struct TargetCommandTests {
  private let line =
    "audit --model builtin --data scenes:evaluation --limit 24 --checks off --threads 1 "
    + "--epsilon 4/255,16/255 "

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  private func samples(_ run: URL) throws -> [SampleRecord] {
    let text = try String(
      contentsOf: run.appendingPathComponent("samples.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map {
      try RecordCoding.decoder().decode(SampleRecord.self, from: Data($0.utf8))
    }
  }

  @Test("count what reaches the class, and leave out its own samples")
  func named() throws {
    try withTemporaryFolder { folder in
      let attacks = "--attack apgd-ce:steps=20 --attack fab-t:steps=20 --attack square:queries=60 "
      let outcome = try run(
        line + attacks + "--target ring --save-adversarial --output aimed", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains("towards `ring`"), "\(outcome.output)")
      let place = folder.appendingPathComponent("aimed")
      let record = try RecordCoding.decoder().decode(
        RunRecord.self, from: Data(contentsOf: place.appendingPathComponent("run.json")))
      let ring = try #require(record.plan.classes.firstIndex(of: "ring"))
      #expect(record.plan.target == "ring")
      #expect(
        record.plan.protocols.flatMap(\.attacks).map(\.objective)
          == ["targeted-cross-entropy", "target-lead", "target-lead"])
      let found = try samples(place)
      #expect(found.count == 24 && found.allSatisfy { $0.label != ring && $0.target == ring })
      var reached = 0
      for radius in found.flatMap({ $0.protocols }).flatMap(\.radii) {
        guard let example = radius.example else { continue }
        if !radius.robust {
          reached += 1
          #expect(example.predicted == ring && example.margin > 0)
        } else {
          #expect(example.margin < 0 && example.predicted != ring)
        }
      }
      #expect(reached > 5, "\(reached)")
      let manifest = try String(
        contentsOf: place.appendingPathComponent("artifacts/adversarial/manifest.csv"),
        encoding: .utf8)
      let lines = manifest.split(separator: "\n")
      #expect(lines[0].hasPrefix("path,label,target,"))
      #expect(lines.dropFirst().allSatisfy { $0.contains(",ring,") } && lines.count > 5)
      let page = try String(
        contentsOf: place.appendingPathComponent("report.html"), encoding: .utf8)
      #expect(page.contains("not robust accuracy in general"))

      // Without a target more falls, on the same samples.
      let free = try run(line + attacks + "--output free", in: folder)
      #expect(free.code == 0, "\(free.talk)")
      let loose = try samples(folder.appendingPathComponent("free"))
      let stands = Dictionary(uniqueKeysWithValues: loose.map { ($0.id, $0) })
      for sample in found {
        guard let other = stands[sample.id] else { continue }
        for (mine, its) in zip(sample.protocols[0].radii, other.protocols[0].radii) {
          #expect(mine.robust || !its.robust, "\(sample.id) reached a class and yet stood")
        }
      }
      // Another target is another plan.
      expectFailure(
        try run(line + attacks + "--target star --output aimed", in: folder), code: 64,
        "the class that attacks aim at")
    }
  }

  @Test("give each sample its own class", arguments: ["random", "least-likely"])
  func ruled(_ rule: String) throws {
    try withTemporaryFolder { folder in
      let attack = "--attack autoattack:steps=10,queries=30 --target \(rule) "
      let outcome = try run(line + attack + "--output a", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      #expect(outcome.output.contains(rule == "random" ? "random class" : "least likely class"))
      let found = try samples(folder.appendingPathComponent("a"))
      #expect(found.count == 24)
      #expect(found.allSatisfy { $0.target != nil && $0.target != $0.label })
      #expect(Set(found.map(\.target)).count > 3)
      for sample in found {
        for radius in sample.protocols[0].radii where !radius.robust {
          #expect(!sample.clean.correct || radius.example?.predicted == sample.target)
        }
      }
      // Batches have no say in it.
      let again = try run(line + attack + "--batch-size 5 --output b", in: folder)
      #expect(again.code == 0, "\(again.talk)")
      let others = try samples(folder.appendingPathComponent("b"))
      #expect(
        Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.target) })
          == Dictionary(uniqueKeysWithValues: others.map { ($0.id, $0.target) }))
    }
  }

  @Test("count transfer from the base of a bundle, and aim what a defence asks for")
  func bundle() throws {
    try withTemporaryFolder { folder in
      let made = try run(
        "harden --model builtin --method r-adapt --output bundle", in: folder)
      #expect(made.code == 0, "\(made.talk)")
      let outcome = try run(
        line.replacing("--model builtin", with: "--model bundle").replacing("24", with: "6")
          + "--attack apgd-ce:steps=5 --target least-likely --output run", in: folder)
      #expect(outcome.code == 0, "\(outcome.talk)")
      let record = try RecordCoding.decoder().decode(
        RunRecord.self,
        from: Data(contentsOf: folder.appendingPathComponent("run/run.json")))
      for entry in record.plan.protocols where entry.name != "clean" {
        #expect(!entry.attacks.isEmpty)
        #expect(entry.attacks.allSatisfy { $0.targets == 1 }, "\(entry)")
      }
      for sample in try samples(folder.appendingPathComponent("run")) {
        for radius in sample.protocols.flatMap(\.radii) where !radius.robust {
          #expect(!sample.clean.correct || radius.example?.predicted == sample.target)
        }
      }
    }
  }

  @Test(
    "refuse what makes no sense",
    arguments: [
      ("--attack apgd-ce --target rings", "did you mean `ring`"),
      ("--attack apgd-embedding --target ring", "apgd-embedding cannot aim at a class"),
    ])
  func refusals(_ options: String, _ words: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try run(line + options, in: folder)
      expectFailure(outcome, code: 64, words)
    }
  }
}
