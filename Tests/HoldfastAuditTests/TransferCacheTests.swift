import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastFormats
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Transfer inputs that audits share")
struct TransferCacheTests {
  private let toy: ToyAudit

  init() throws { toy = try ToyAudit(samples: 6) }

  /// Audits the toy by transfer with a cache in a folder.
  private func records(
    _ plan: AuditPlan, in folder: URL, identity: [String] = ["toy"]
  ) throws -> [String: SampleRecord] {
    var records: [String: SampleRecord] = [:]
    var rest = toy.samples[...]
    let cache = try TransferCache(at: folder.path, identity: identity, plan: plan)
    try Auditor(plan, transfers: cache).run({ rest.popFirst() }) { records[$0.id] = $0 }
    return records
  }

  private func files(in folder: URL) throws -> [URL] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".safetensors") }.map { folder.appendingPathComponent($0) }
  }

  /// The verdicts and examples of records, without the work.
  private func verdicts(_ records: [String: SampleRecord]) -> [String: [[ExampleRecord?]]] {
    records.mapValues { $0.protocols.map { $0.radii.map(\.example) } }
  }

  /// How many radii of transfer were not attacked anew.
  private func reused(_ records: [String: SampleRecord]) -> Int {
    records.values.flatMap { $0.radii(of: .transfer) }.flatMap(\.attacks)
      .count { $0.reused == true }
  }

  @Test("are made once, and give the same verdicts the second time, at the price of their tests")
  func once() throws {
    try withTemporaryFolder { folder in
      let plan = toy.plan([.transfer])
      let first = try records(plan, in: folder)
      let right = first.values.count { $0.clean.correct }
      #expect(right > 2 && reused(first) == 0)
      #expect(try files(in: folder).count == 3 * right)
      toy.source.forget()
      let second = try records(plan, in: folder)
      #expect(toy.source.backwardRows == 0)
      #expect(verdicts(first) == verdicts(second))
      #expect(reused(second) == 3 * right)
      for record in second.values where record.clean.correct {
        for entry in record.radii(of: .transfer) {
          #expect(entry.forward == 1 && entry.backward == 0 && entry.attacks.map(\.runs) == [0])
        }
      }
      var named = PlanRecord.madeUp([.transfer])
      named.protocols[1].attacks = [
        AttackRecord(name: "apgd-ce", objective: "o", parameters: "{}", restarts: 1, stop: "s")
      ]
      var tally = Tally(named)
      for record in second.values { tally.add(record) }
      #expect(tally.summary().protocols.first?.work.first?.reused == 3 * right)
    }
  }

  @Test("serve another radius, and no other model, attack, seed or sample")
  func keys() throws {
    try withTemporaryFolder { folder in
      let plan = toy.plan([.transfer])
      let right = try records(plan, in: folder).values.count { $0.clean.correct }
      var changed = plan
      changed.radii = [plan.radii[1]]
      #expect(try reused(records(changed, in: folder)) == right)
      changed.radii = [Radius(0.01)]
      #expect(try reused(records(changed, in: folder)) == 0)
      changed = plan
      changed.seed = 1
      #expect(try reused(records(changed, in: folder)) == 0)
      changed = plan
      changed.attacks[.transfer] = [
        AttackRecipe(name: "apgd-ce", attack: APGD(steps: 7), objective: CrossEntropy())
      ]
      #expect(try reused(records(changed, in: folder)) == 0)
      changed = plan
      let head = try #require(plan.transferSource?.head)
      changed.transferSource = Subject(
        encoder: toy.source, head: Head(anchors: try #require(head.anchors), scale: 7))
      #expect(try reused(records(changed, in: folder)) == 0)
      #expect(try reused(records(plan, in: folder, identity: ["another"])) == 0)
      #expect(try reused(records(plan, in: folder)) == 3 * right)
    }
  }

  @Test("are made again when damaged, cut short, or outside their ball")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let plan = toy.plan([.transfer])
      let first = try records(plan, in: folder)
      let files = try files(in: folder)
      let whole = try files.map { try Data(contentsOf: $0) }
      var flipped = whole[0]
      flipped[flipped.count - 5] ^= 1
      try flipped.write(to: files[0])
      try whole[1].prefix(100).write(to: files[1])
      // Right by its checksum, but of another input: it lies outside the ball.
      let other = try SafetensorsFile(files[2].path)
      var bytes = try other.withBytes(of: "input") { Array($0) }
      for place in bytes.indices { bytes[place] = 0 }
      let zeros = bytes
      var facts = other.metadata
      facts["sha256"] = Checksum.sha256(of: zeros)
      let shape = try other.entry(for: "input").shape
      try SafetensorsWriter.write(
        [.init(name: "input", type: .float32, shape: shape, bytes: { zeros })], metadata: facts,
        to: files[2].path)
      let second = try records(plan, in: folder)
      #expect(verdicts(first) == verdicts(second))
      #expect(reused(second) == files.count - 3)
      #expect(try files.map { try Data(contentsOf: $0) } == whole)
    }
  }

  @Test("of a search for the smallest perturbation are used together or not at all")
  func smallest() throws {
    try withTemporaryFolder { folder in
      var plan = toy.plan([.transfer])
      plan.attacks[.transfer] = [try AttackTable.recipe("fab:steps=5")]
      let first = try records(plan, in: folder)
      let files = try files(in: folder)
      #expect(try reused(records(plan, in: folder)) == files.count)
      try FileManager.default.removeItem(at: files[0])
      let second = try records(plan, in: folder)
      #expect(verdicts(first) == verdicts(second))
      #expect(reused(second) == files.count - 3)
    }
  }

  @Test("cost time and nothing else where their folder cannot be written")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      let plan = toy.plan([.transfer])
      #expect(try verdicts(records(plan, in: file)) == verdicts(records(plan, in: folder)))
    }
  }

  @Test("are shared by audits of retrieval")
  func retrieval() throws {
    let toy = try ToyRetrieval()
    let source = WatchedEncoder(toy.encoder, answer: ToyAudit.shrunk)
    var plan = try toy.plan(["apgd-rank:steps=6"])
    plan.transferSource = Subject(encoder: source, head: plan.subject.head)
    plan.attacks = [.transfer: plan.attacks[.whiteBox] ?? []]
    let fixed = plan
    try withTemporaryFolder { folder in
      func audit() throws -> [String: SampleRecord] {
        var records: [String: SampleRecord] = [:]
        var rest = toy.samples[...]
        let cache = try TransferCache(at: folder.path, identity: ["toy"], plan: fixed)
        try Auditor(Retrieval(fixed, index: toy.index), transfers: cache).run({ rest.popFirst() }) {
          records[$0.id] = $0
        }
        return records
      }
      let first = try audit()
      source.forget()
      let second = try audit()
      #expect(source.backwardRows == 0)
      #expect(first.mapValues(\.retrieval) == second.mapValues(\.retrieval))
    }
  }
}
