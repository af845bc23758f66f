import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Audits of retrieval")
struct RetrievalAuditorTests {
  @Test("record every input once, with every attack and radius", arguments: [1, 5, 32])
  func everyInput(slots: Int) throws {
    let toy = try ToyRetrieval()
    let records = try toy.records(toy.plan(slots: slots))
    #expect(Set(records.keys) == Set(toy.samples.map(\.id)))
    for (id, record) in records {
      let found = try #require(record.retrieval)
      #expect(found.partners == toy.index.partners[id])
      #expect(record.label == found.partners[0])
      #expect(found.attacks.map(\.attack) == ["crossmaxim", "apgd-rank"])
      #expect(record.protocols.map(\.name) == ["white-box"])
      for attack in found.attacks {
        #expect(attack.radii.map(\.radius) == ToyRetrieval.radii.map(\.description))
      }
    }
    // The toy must have something to say: found and not when clean, standing and fallen.
    #expect(records.values.contains { $0.clean.correct })
    #expect(records.values.contains { !$0.clean.correct })
    let verdicts = records.values.flatMap { $0.retrieval?.attacks[1].radii.map(\.rank) ?? [] }
    #expect(verdicts.contains(1) && verdicts.contains { $0 > 5 } && verdicts.contains { $0 > 10 })
  }

  @Test("say where each input stands as a reckoning by hand does")
  func byHand() throws {
    let toy = try ToyRetrieval()
    let gallery = try ByHand.rows(toy.index.embeddings)
    for (id, record) in try toy.records(toy.plan()) {
      let found = try #require(record.retrieval)
      let points = [found.clean] + found.attacks.flatMap { $0.radii.map(\.shown) }
      for point in points {
        let own = ByHand.row(point.embedding)
        #expect(
          point.rank == ByHand.rank(own, among: gallery) { found.partners.contains($0) }, "\(id)")
        let cosines = found.partners.map { ByHand.cosine(own, gallery[$0]) }
        #expect(abs(point.cosine - cosines.reduce(0, +) / Double(cosines.count)) < 1e-5)
      }
      #expect((found.clean.rank == 1) == record.clean.correct)
      // The embedding is that of the input itself.
      let sample = try #require(toy.samples.first { $0.id == id })
      let direct = try ByHand.rows(toy.encoder.embed(sample.tensor(for: toy.encoder.input)))[0]
      #expect(abs(ByHand.cosine(direct, ByHand.row(found.clean.embedding)) - 1) < 1e-6)
    }
  }

  @Test("show inputs of their ball, away from their partners, and worst cases that are no better")
  func diagnostics() throws {
    let toy = try ToyRetrieval()
    for (id, record) in try toy.records(toy.plan()) {
      let found = try #require(record.retrieval)
      for attack in found.attacks {
        for (radius, entry) in zip(ToyRetrieval.radii, attack.radii) {
          #expect(entry.shown.distance <= radius.value)
          #expect(entry.shown.distance > radius.value * 0.5)
          #expect(entry.rank >= entry.shown.rank)
        }
        let ranks = attack.radii.map(\.rank)
        #expect(ranks == ranks.sorted(), "\(id) \(ranks)")
      }
      // Pushed away from the one partner, the cosine falls, and further in a larger ball.
      guard found.partners.count == 1 else { continue }
      let cosines = [found.clean.cosine] + found.attacks[0].radii.map(\.shown.cosine)
      #expect(zip(cosines, cosines.dropFirst()).allSatisfy { $0 > $1 }, "\(id) \(cosines)")
    }
  }

  @Test("search on for each k: no worse than the inputs of highest loss, and better for some")
  func worstCases() throws {
    let toy = try ToyRetrieval()
    // Losses that look at no rank, so that the highest loss is not the worst rank.
    let attacks = ["crossfire:steps=12", "sga:steps=6", "crossmaxim:steps=12"]
    let records = try toy.records(toy.plan(attacks))
    var gained = 0
    for record in records.values {
      let attacks = record.retrieval?.attacks ?? []
      for entry in attacks.flatMap(\.radii) {
        for k in Retrieval.ranks where entry.rank > k && entry.shown.rank <= k {
          gained += 1
        }
      }
      // The verdicts of R@1 are those of the common tables.
      let common = record.protocols[0].radii.map { $0.robust && record.clean.correct }
      let own = ToyRetrieval.radii.indices.map { index in
        record.clean.correct && attacks.allSatisfy { $0.radii[index].rank == 1 }
      }
      #expect(common == own)
    }
    #expect(gained > 0)
  }

  @Test("attack what is not found when clean, so that the other side sees it perturbed")
  func lostWhenClean() throws {
    let toy = try ToyRetrieval()
    let lost = try toy.records(toy.plan()).values.filter { !$0.clean.correct }
    #expect(!lost.isEmpty)
    for record in lost {
      let found = try #require(record.retrieval)
      for entry in found.attacks.flatMap(\.radii) {
        #expect(entry.shown.distance > 0)
        #expect(entry.shown.embedding != found.clean.embedding)
      }
      for entry in record.protocols[0].radii {
        #expect(!entry.robust && entry.example == nil && entry.forward > 0)
      }
    }
  }

  @Test("count every pass of the model")
  func passes() throws {
    let toy = try ToyRetrieval()
    let plan = try toy.plan(slots: 3)
    toy.encoder.forget()
    let entries = try toy.records(plan).values.flatMap { $0.protocols[0].radii }
    // The clean pass of each input is not counted.
    #expect(entries.reduce(16) { $0 + $1.forward } == toy.encoder.forwardRows)
    #expect(entries.reduce(0) { $0 + $1.backward } == toy.encoder.backwardRows)
    #expect(
      entries.allSatisfy { entry in
        entry.attacks.reduce(0) { $0 + $1.forward } == entry.forward
      })
  }

  @Test("spend nothing on ranks that cannot be lost")
  func smallGalleries() throws {
    let toy = try ToyRetrieval()
    // Four entries: R@5 and R@10 are certain.
    let index = try RetrievalIndex(
      embeddings: toy.index.embeddings.slice(0, 0..<4),
      partners: ["input-0": [0], "input-3": [3]], queries: 4)
    var plan = try toy.plan(["crossmaxim:steps=4"])
    plan.subject = Subject(
      encoder: toy.encoder, head: try index.head(scale: 20, for: toy.encoder))
    var records: [SampleRecord] = []
    var rest = [toy.samples[0], toy.samples[3]][...]
    try Auditor(Retrieval(plan, index: index)).run({ rest.popFirst() }) { records.append($0) }
    for record in records {
      for entry in record.protocols[0].radii {
        // The whole budget once, and at most one search, each with its tests.
        #expect(entry.backward <= 2 * 4)
        #expect(entry.attacks[0].runs <= 2)
      }
      #expect(record.retrieval?.attacks[0].radii.allSatisfy { $0.rank <= 4 } == true)
    }
  }

  @Test("refuse inputs without partners, or with nothing else, and attacks given twice")
  func refusals() throws {
    let toy = try ToyRetrieval()
    let plan = try toy.plan()
    func run(_ index: RetrievalIndex, _ samples: [PreparedSample]) throws {
      var rest = samples[...]
      var plan = plan
      plan.subject = Subject(
        encoder: toy.encoder, head: try index.head(scale: 20, for: toy.encoder))
      try Auditor(Retrieval(plan, index: index)).run({ rest.popFirst() }) { _ in }
    }
    let rows = toy.index.embeddings
    let strange = try RetrievalIndex(embeddings: rows, partners: ["x": [0]], queries: 1)
    let error = #expect(throws: DataError.self) { try run(strange, [toy.samples[0]]) }
    #expect("\(error as Any)".contains("no partner"))
    let whole = try RetrievalIndex(
      embeddings: rows.slice(0, 0..<2), partners: ["input-0": [0, 1]], queries: 2)
    #expect(throws: DataError.self) { try run(whole, [toy.samples[0]]) }
    #expect(throws: DataError.self) {
      try run(toy.index, [toy.samples[0], toy.samples[0]])
    }
    for places in [[], [16], [-1]] {
      #expect(throws: UsageError.self) {
        try RetrievalIndex(embeddings: rows, partners: ["a": places], queries: 16)
      }
    }
    #expect(throws: UsageError.self) {
      try Retrieval(toy.plan(["sga", "sga:steps=3"]), index: toy.index)
    }
  }

  @Test("end with an error where the model gives no number")
  func notANumber() throws {
    let toy = try ToyRetrieval()
    let broken = WatchedEncoder(toy.encoder) { (_, e) throws(TorchError) in try e * Double.nan }
    var plan = try toy.plan()
    plan.subject = Subject(encoder: broken, head: plan.subject.head)
    #expect(throws: TorchError.self) { try toy.records(plan) }
  }
}

/// An attack that promises levels of 8 bits and does not keep to them.
private struct Promising<Base: Attack>: AttackCombinator {
  static var name: String { "promising" }
  var base: Base
  var isOnLattice: Bool { true }
  typealias State = Base.State
}

@Suite("Audits of retrieval on the lattice of 8-bit files")
struct RetrievalLatticeTests {
  @Test("count what the model says after a PNG file")
  func pictures() throws {
    let toy = try ToyRetrieval()
    var plan = try toy.plan()
    let attack = Promising(base: APGD(steps: 6))
    plan.attacks = [
      .whiteBox: [AttackRecipe(name: "apgd", attack: attack, objective: RankMargin(rank: 1))]
    ]
    let records = try toy.records(plan)
    var decoded: Set<String> = []
    for call in toy.encoder.calls where call.rows == 1 && !call.recorded {
      let values = try call.input.array(of: Float.self)
      guard values.map({ ($0 * 255).rounded() / 255 }) == values else { continue }
      decoded.insert(Checksum.sha256(of: try call.input.bytes()))
    }
    let found = records.values.flatMap { $0.radii(of: .whiteBox).compactMap(\.example) }
    #expect(!found.isEmpty)
    for example in found { #expect(decoded.contains(example.sha256)) }
  }
}
