import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

/// Answers as its base does, and lets no gradient through.
private func masked(_ base: any Encoder) -> WatchedEncoder {
  WatchedEncoder(base) { (_, embedding) throws(TorchError) in
    try embedding.detached() + embedding * 0
  }
}

extension ToyRetrieval {
  private func subject(_ encoder: any Encoder) throws -> Subject {
    Subject(encoder: encoder, head: try index.head(scale: 20, for: encoder))
  }

  /// A defence that masks its gradient, with an adaptive attack that searches in the bare model.
  fileprivate func maskedPlan() throws -> (plan: AuditPlan, defended: WatchedEncoder) {
    let defended = masked(encoder)
    var plan = try plan(["apgd-rank:steps=6"])
    let bare = plan.subject
    plan.subject = try subject(defended)
    plan.attacks = [
      .whiteBox: [try AttackTable.recipe("crossmaxim:steps=6")],
      .adaptive: [try AttackTable.recipe("apgd-rank:steps=6")],
    ]
    plan.substitutes["apgd-rank"] = bare
    return (plan, defended)
  }

  /// The plan with another model to make transfer inputs on: one that shrinks parts of embeddings,
  /// and has an index of its own without distractors.
  fileprivate func transferPlan(
    _ attacks: [String] = ["apgd-rank:steps=6"]
  ) throws -> (plan: AuditPlan, source: WatchedEncoder) {
    let source = WatchedEncoder(encoder, answer: ToyAudit.shrunk)
    var plan = try plan(attacks)
    let theirs = try RetrievalIndex(
      embeddings: index.embeddings.slice(0, 0..<16), partners: index.partners, queries: 16)
    plan.transferSource = Subject(
      encoder: source, head: try theirs.head(scale: 20, for: source))
    plan.attacks[.transfer] = plan.attacks[.whiteBox]
    return (plan, source)
  }
}

@Suite("Models that an audit of retrieval searches in")
struct RetrievalSearchTests {
  @Test("adaptive attacks search in the substitute, so that a masked gradient is not robust")
  func substitute() throws {
    let toy = try ToyRetrieval()
    let (plan, defended) = try toy.maskedPlan()
    defended.forget()
    let found = try toy.records(plan).values.filter(\.clean.correct)
    let last = ToyRetrieval.radii.count - 1
    let white = found.count { $0.radii(of: .whiteBox)[last].robust }
    let adaptive = found.count { $0.radii(of: .adaptive)[last].robust }
    #expect(found.count > 5 && white > found.count / 2)
    #expect(adaptive < white / 2, "\(adaptive) of \(found.count) stand")
  }

  @Test("a dry run measures adaptive attacks on the model that they search in")
  func cost() throws {
    let toy = try ToyRetrieval()
    var (plan, defended) = try toy.maskedPlan()
    plan.attacks[.whiteBox] = nil
    toy.encoder.forget()
    defended.forget()
    let estimate = try CostEstimate(
      Retrieval(plan, index: toy.index), on: Array(toy.samples.prefix(4)))
    // The whole budget, and each of three k, at three radii.
    #expect(estimate.rows.map(\.backward) == [6 * 4 * 3])
    #expect(defended.backwardRows == 0)
    #expect(toy.encoder.backwardRows > 0)

    let audit = try ToyAudit(samples: 4)
    var classes = audit.plan([.adaptive])
    for recipe in classes.attacks[.adaptive] ?? [] {
      classes.substitutes[recipe.name] = classes.transferSource
    }
    audit.source.forget()
    audit.defended.forget()
    let row = try #require(
      CostEstimate(Classification(classes), on: audit.samples).rows.first { $0.name == "adaptive" })
    #expect(row.backward == 5 * 3)
    #expect(audit.defended.backwardRows == 0 && audit.source.backwardRows > 0)
  }

  @Test(
    "--precision chooses the model, for screens alone or for all",
    arguments: [SearchPrecision.float32, .mixed, .bfloat16])
  func precision(_ precision: SearchPrecision) throws {
    let toy = try ToyRetrieval()
    var plan = try toy.plan(["apgd-rank:steps=6"])
    plan.attacks[.whiteBox]?.insert(
      AttackRecipe(
        name: "screen", attack: APGD(steps: 3), objective: RankMargin(rank: 1), isScreen: true),
      at: 0)
    let cheap = WatchedEncoder(toy.encoder)
    plan.precision = precision
    plan.search = Subject(encoder: cheap, head: plan.subject.head)
    toy.encoder.forget()
    let records = try toy.records(plan)
    let inCheap = cheap.backwardRows
    // The cheap model passes its calls on to the audited one.
    let inAudited = toy.encoder.backwardRows - inCheap
    switch precision {
    case .float32: #expect(inCheap == 0 && inAudited > 0)
    case .mixed: #expect(inCheap > 0 && inAudited > 0)
    case .bfloat16: #expect(inCheap > 0 && inAudited == 0)
    }
    // A screen has no row of its own; what it finds counts for the attack behind it.
    var found = 0
    for record in records.values {
      let rows = try #require(record.retrieval).attacks
      #expect(rows.map(\.attack) == ["apgd-rank"])
      for (entry, row) in zip(record.radii(of: .whiteBox), rows[0].radii)
      where entry.example?.attack == "screen" {
        found += 1
        #expect(row.rank > 1)
      }
    }
    #expect(found > 0)
  }
}

@Suite("Transfer in audits of retrieval")
struct RetrievalTransferTests {
  @Test("inputs are made on the source, and shown to the audited model as float32 and as PNG")
  func shown() throws {
    let toy = try ToyRetrieval()
    let (plan, source) = try toy.transferPlan()
    var alone = plan
    alone.attacks[.whiteBox] = nil
    toy.encoder.forget()
    source.forget()
    let records = try toy.records(alone)
    // The source's calls go through the audited toy, which asks for no gradient of its own.
    #expect(source.backwardRows > 0 && toy.encoder.backwardRows == source.backwardRows)
    var lost = 0
    for record in records.values {
      #expect(record.protocols.map(\.name) == ["transfer", "transfer-png"])
      let rows = try #require(record.retrieval).attacks
      #expect(rows.map(\.transfer) == ["transfer", "transfer-png"])
      for (radius, place) in zip(ToyRetrieval.radii, 0...) {
        for row in rows {
          let entry = row.radii[place]
          #expect(entry.rank == entry.shown.rank)
          // The toy's inputs are no pictures of 8 bits, so rounding alone moves them.
          let slack = row.transfer == "transfer" ? 0 : 1.0 / 255
          #expect(entry.shown.distance > 0 && entry.shown.distance <= radius.value + slack)
        }
        for entry in record.protocols.map({ $0.radii[place] }) {
          #expect((entry.example != nil) == record.clean.correct)
          #expect(entry.attacks.map(\.attack) == ["apgd-rank"])
        }
        // The start, six steps, the source's own test of the best, and the audited model's.
        #expect(record.radii(of: .transfer)[place].forward == 6 + 1 + 1 + 1)
        #expect(record.radii(of: .transferPNG)[place].forward == 1)
        if rows[0].radii[place].rank > 1, record.clean.correct { lost += 1 }
      }
    }
    #expect(lost > 0)
  }

  @Test("white-box rows are the same with transfer beside them")
  func beside() throws {
    let toy = try ToyRetrieval()
    let (plan, _) = try toy.transferPlan()
    let both = try toy.records(plan)
    for (id, record) in try toy.records(toy.plan(["apgd-rank:steps=6"])) {
      let other = try #require(both[id])
      #expect(
        record.timeless.protocols == other.timeless.protocols.filter { $0.name == "white-box" })
      #expect(record.retrieval?.attacks == other.retrieval?.attacks.filter { $0.transfer == nil })
    }
  }

  @Test("are summed up beside the attacks on the audited model")
  func summary() throws {
    let toy = try ToyRetrieval()
    let (plan, _) = try toy.transferPlan()
    let records = Array(try toy.records(plan).values)
    let found = try RetrievalTally(
      records, index: toy.index, plan: ToyRetrieval.planRecord(["apgd-rank"])
    ).summary()
    #expect(found.attacks.map(\.transfer) == ["transfer", "transfer-png", nil])
    for (place, worst) in found.worstCase.enumerated() {
      let counts = found.attacks.map { $0.radii[place].recall.fromAttacked[0].count }
      #expect(worst.fromAttacked[0].count <= counts.min() ?? 0)
      // Made for another model, inputs fool no more than those made for this one.
      #expect(counts[2] <= counts[0])
    }
  }

  @Test("refuse a source whose index holds nothing but the partners of an input")
  func nothingToConfuse() throws {
    let toy = try ToyRetrieval()
    var (plan, source) = try toy.transferPlan()
    let small = try RetrievalIndex(
      embeddings: toy.index.embeddings.slice(0, 0..<1), partners: ["input-0": [0]], queries: 1)
    plan.transferSource = Subject(
      encoder: source, head: try small.head(scale: 20, for: source))
    #expect(throws: DataError.self) { try toy.records(plan) }
  }
}

@Suite("The masking checks of retrieval")
struct RetrievalCheckTests {
  private func checks(_ toy: ToyRetrieval, _ plan: AuditPlan) throws -> [CheckRecord] {
    let records = try toy.records(plan)
    var settings = CheckSettings()
    settings.queries = 200
    return try withTemporaryFolder { folder in
      var rest = toy.samples[...]
      return try CheckRunner(Retrieval(plan, index: toy.index), settings: settings).run(
        in: folder.path, samples: { rest.popFirst() }, records: { _ in records })
    }
  }

  @Test("look at R@1, by an attack on its margin")
  func honest() throws {
    let toy = try ToyRetrieval(noise: 0.1)
    let checks = try checks(toy, toy.plan(["crossmaxim:steps=6", "apgd-rank:steps=20"]))
    #expect(checks.map(\.letter) == ["a", "b", "c", "d", "e", "f", "g"])
    #expect(checks.failed.isEmpty, "\(checks.failed)")
    let found = try toy.records(toy.plan()).values.count { $0.clean.correct }
    let radius = try #require(checks["a"])
    #expect(radius.figures.map(\.count)[0] == found)
    #expect(radius.figures[1].name.contains("apgd-rank"))
    #expect(checks["b"]?.figures.map(\.count)[1] == 0)
    #expect(checks["c"]?.verdict == .notRun)
  }

  @Test("fail where the gradient is masked")
  func blind() throws {
    let toy = try ToyRetrieval(noise: 0.1)
    var plan = try toy.plan(["apgd-rank:steps=6"])
    plan.subject = Subject(encoder: masked(toy.encoder), head: plan.subject.head)
    let failed = try checks(toy, plan).failed
    #expect(failed.contains("f") && failed.contains("d"), "\(failed)")
  }

  @Test("take Auto-PGD on the margin of R@1 where no attack on it is named")
  func usual() throws {
    let toy = try ToyRetrieval()
    let task = try Retrieval(toy.plan(["crossmaxim:steps=6"]), index: toy.index)
    #expect(task.checkedAttack?.name == "apgd-rank")
    var none = task
    none.plan.attacks = [:]
    #expect(none.checkedAttack == nil)
  }
}

@Suite("The example gallery of retrieval")
struct RetrievalGalleryTests {
  @Test("names the partner, and what is found in its place")
  func names() throws {
    let toy = try ToyRetrieval()
    let names = (0..<22).map { "caption \($0)" }
    let index = try RetrievalIndex(
      embeddings: toy.index.embeddings, partners: toy.index.partners, queries: 16, names: names)
    let task = try Retrieval(toy.plan(), index: index)
    try withTemporaryFolder { folder in
      let gallery = try ExampleGallery(
        in: folder.path, size: 5, task: task,
        painter: GalleryPainter(.image, toy.encoder.input))
      var rest = toy.samples[...]
      var records: [String: SampleRecord] = [:]
      try Auditor(task, gallery: gallery).run({ rest.popFirst() }) { records[$0.id] = $0 }
      let file = folder.appendingPathComponent("\(GalleryRecord.place)/\(GalleryRecord.file())")
      let kept = try RecordCoding.decoder().decode(
        GalleryRecord.self, from: Data(contentsOf: file))
      #expect(kept.entries.count == 5)
      for entry in kept.entries {
        let partners = try #require(toy.index.partners[entry.id])
        #expect(entry.name == names[partners[0]] && entry.label == partners[0])
        #expect(entry.clean.name == names[entry.clean.predicted])
        #expect(partners.contains(entry.clean.predicted))
        let find = try #require(entry.found)
        #expect(find.seen.name == names[find.seen.predicted])
        #expect(!partners.contains(find.seen.predicted))
        #expect(records[entry.id]?.clean.correct == true)
      }
    }
  }
}
