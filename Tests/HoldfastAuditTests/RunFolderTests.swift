import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastFormats
import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("Run folders")
struct RunFolderTests {
  private struct Stop: Error {}

  private func open(_ folder: URL, _ plan: PlanRecord = .madeUp()) throws -> RunFolder {
    try RunFolder(at: folder.path, plan: plan, session: .madeUp)
  }

  /// Audits what a folder lacks, and stops after some records.
  private func audit(_ toy: ToyAudit, in folder: URL, stop: Int = .max) throws -> SummaryRecord {
    let run = try open(folder)
    let done = run.finished
    var rest = toy.samples.filter { !done.contains($0.id) }[...]
    var count = 0
    // With more slots the passes that are counted depend on who shares a batch.
    try Auditor(toy.plan(slots: 1)).run({ rest.popFirst() }) { record in
      guard count < stop else { throw Stop() }
      count += 1
      try run.append(record)
    }
    return try run.finish()
  }

  private func lines(_ folder: URL) throws -> [Substring] {
    try String(contentsOf: folder.appendingPathComponent("samples.jsonl"), encoding: .utf8)
      .split(separator: "\n")
  }

  @Test("that were broken off end with the summary of an unbroken run")
  func resume() throws {
    let toy = try ToyAudit(samples: 13)
    try withTemporaryFolder { folder in
      let whole = try audit(toy, in: folder.appendingPathComponent("whole"))
      let broken = folder.appendingPathComponent("broken")
      for stop in [3, 0, 4] {
        #expect(throws: Stop.self) { try audit(toy, in: broken, stop: stop) }
      }
      #expect(try lines(broken).count == 7)
      let summary = try audit(toy, in: broken)
      #expect(summary.timeless == whole.timeless)
      #expect(summary.samples == 13)
      #expect(Set(try lines(broken)).count == 13)
      // Nothing is left to do; the file says what was returned.
      #expect(try audit(toy, in: broken) == summary)
      let file = broken.appendingPathComponent("summary.json")
      let stored = try RecordCoding.decoder().decode(
        SummaryRecord.self, from: Data(contentsOf: file))
      #expect(stored == summary)
      let run = try RecordCoding.decoder().decode(
        RunRecord.self, from: Data(contentsOf: broken.appendingPathComponent("run.json")))
      #expect(run.plan == .madeUp())
      #expect(run.sessions.count == 5)
    }
  }

  @Test("drop a torn last line, and do its sample again")
  func torn() throws {
    let toy = try ToyAudit(samples: 5)
    try withTemporaryFolder { folder in
      let whole = try audit(toy, in: folder)
      let file = folder.appendingPathComponent("samples.jsonl")
      let data = try Data(contentsOf: file)
      try data.dropLast(40).write(to: file)
      #expect(try open(folder).finished.count == 4)
      #expect(try audit(toy, in: folder).timeless == whole.timeless)
    }
  }

  @Test("read an id that comes twice once, and refuse to write it twice")
  func duplicates() throws {
    let toy = try ToyAudit(samples: 3)
    try withTemporaryFolder { folder in
      let whole = try audit(toy, in: folder)
      let file = folder.appendingPathComponent("samples.jsonl")
      let data = try Data(contentsOf: file)
      try (data + data).write(to: file)
      let run = try open(folder)
      #expect(try run.finish() == whole)
      let again = try #require(try toy.records(toy.plan()).first)
      #expect(throws: FormatError.self) { try run.append(again) }
    }
  }

  @Test("refuse another plan, and name what differs")
  func otherPlans() throws {
    typealias Change = (String, (inout PlanRecord) -> Void)
    let changes: [Change] = [
      ("the version of Holdfast", { $0.holdfast = "9" }),
      ("the model", { $0.model.files["a"] = "c" }),
      ("the model", { $0.model.defense = "r-adapt {}" }),
      ("the model of the transfer protocol", { $0.transferModel = $0.model }),
      ("the data or its preprocessing", { $0.data.listing = nil }),
      ("the data or its preprocessing", { $0.data.preprocessing = "q" }),
      ("the class names", { $0.classes.reverse() }),
      ("the prompt templates", { $0.templates = ["a {}"] }),
      ("the attacked space", { $0.attackSpace.shape = [1] }), ("the norm", { $0.norm = "l2" }),
      ("the radii", { $0.radii.removeLast() }),
      ("the protocols or their attacks", { $0.protocols.removeLast() }),
      ("the precision", { $0.precision = "bfloat16" }), ("the seed", { $0.seed = 1 }),
      (
        "the anchors of the classes",
        { $0.anchors = AnchorRecord(path: "a", sha256: "b", reduction: "mean") }
      ),
      ("the goal of the attacks", { $0.goal = "g" }),
      ("the class that attacks aim at", { $0.target = "cat" }),
      ("the budgets", { $0.budgets = .independent }), ("the preset", { $0.preset = "csr" }),
      (
        "the attacked side or the retrieval index",
        { $0.retrieval = RetrievalPlanRecord(side: "input", partners: 1, distractors: 0) }
      ),
    ]
    // A part for all that a plan says: what is added to it must be added to these.
    #expect(
      PlanRecord.Part.allCases.count == Mirror(reflecting: PlanRecord.madeUp()).children.count)
    #expect(Set(changes.map(\.0)) == Set(PlanRecord.Part.allCases.map(\.rawValue)))
    try withTemporaryFolder { folder in
      _ = try open(folder)
      for (name, change) in changes {
        var plan = PlanRecord.madeUp()
        change(&plan)
        let error = try #require(throws: RunError.self) { try open(folder, plan) }
        #expect(error.message.hasSuffix("a run that differs in \(name)"), "\(error)")
        #expect(error.hint?.isEmpty == false)
      }
      var both = PlanRecord.madeUp()
      (both.norm, both.seed) = ("l2", 1)
      let error = try #require(throws: RunError.self) { try open(folder, both) }
      #expect(error.message.hasSuffix("the norm, the seed"))
      _ = try open(folder)
    }
  }

  @Test("refuse a second writer while the first is there")
  func locked() throws {
    try withTemporaryFolder { folder in
      let first = try open(folder)
      let error = try #require(throws: FormatError.self) { try open(folder) }
      #expect("\(error)".contains("is being written by another process"))
      _ = try first.finish()
    }
  }

  @Test("refuse samples of an unknown or another run, and damaged files")
  func foreign() throws {
    let toy = try ToyAudit(samples: 3)
    try withTemporaryFolder { folder in
      _ = try audit(toy, in: folder)
      let samples = folder.appendingPathComponent("samples.jsonl")
      let run = folder.appendingPathComponent("run.json")
      let (good, plan) = (try Data(contentsOf: samples), try Data(contentsOf: run))

      try Data("{}\n".utf8).write(to: samples)
      #expect(throws: FormatError.self) { try open(folder) }
      // A record that says nothing about one of the protocols would count as robust there.
      let text = String(decoding: good, as: UTF8.self)
      try Data(text.replacing("\"adaptive\"", with: "\"other\"").utf8).write(to: samples)
      #expect(throws: FormatError.self) { try open(folder) }
      try Data(text.replacing("\"radius\":\"2/255\"", with: "\"radius\":\"3/255\"").utf8)
        .write(to: samples)
      #expect(throws: FormatError.self) { try open(folder) }

      try good.write(to: samples)
      try FileManager.default.removeItem(at: run)
      let error = try #require(throws: RunError.self) { try open(folder) }
      #expect(error.message.contains("no run.json"))
      for damaged in [Data(), Data(plan.prefix(60)), Data("[]".utf8)] {
        try damaged.write(to: run)
        #expect(throws: FormatError.self) { try open(folder) }
      }
      try plan.write(to: run)
      #expect(try open(folder).finished.count == 3)
    }
  }

  @Test("that cannot be made say so")
  func unmakeable() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      let error = try #require(throws: RunError.self) {
        try open(file.appendingPathComponent("run"))
      }
      #expect(error.message.contains("cannot be made"))
    }
  }
}
