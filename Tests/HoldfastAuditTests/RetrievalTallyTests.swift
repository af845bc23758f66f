import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Tallies of retrieval")
struct RetrievalTallyTests {
  private static func point(
    _ x: Float, _ y: Float, rank: Int, cosine: Double = 0, distance: Double = 0
  ) -> RetrievalPointRecord {
    let length = (x * x + y * y).squareRoot()
    let embedding = [x / length, y / length].withUnsafeBytes { Data($0) }
    return RetrievalPointRecord(
      rank: rank, cosine: cosine, distance: distance, embedding: embedding)
  }

  private static func sample(
    _ id: String, _ partner: Int, _ clean: RetrievalPointRecord,
    _ shown: [(rank: Int, RetrievalPointRecord)]
  ) -> SampleRecord {
    SampleRecord(
      id: id, label: partner, input: "",
      clean: CleanRecord(predicted: 0, margin: 0, correct: clean.rank == 1), protocols: [],
      retrieval: RetrievalSampleRecord(
        partners: [partner], clean: clean,
        attacks: [
          RetrievalAttackRecord(
            attack: "a",
            radii: zip(["1/255", "2/255"], shown).map {
              RetrievalRadiusRecord(radius: $0, rank: $1.rank, shown: $1.1)
            })
        ]))
  }

  /// Two entries that look, at right angles, and a distractor between them that is nearest to B.
  ///
  /// A belongs to the first, B to the second. At 1/255 both are swapped; at 2/255 they are where
  /// their partners are.
  private static func tally(_ budgets: Budgets) throws -> RetrievalSummaryRecord {
    let index = try RetrievalIndex(
      embeddings: Tensor([1, 0, 0, 1, 0.8, 0.6] as [Float], [3, 2]),
      partners: ["A": [0], "B": [1]], queries: 2)
    let samples = [
      sample(
        "A", 0, point(1, 0.1, rank: 1, cosine: 0.995),
        [
          (3, point(0.5, 0.866, rank: 3, cosine: 0.5, distance: 0.003)),
          (1, point(1, 0, rank: 1, cosine: 1, distance: 0.007)),
        ]),
      sample(
        "B", 1, point(0.6, 0.8, rank: 2, cosine: 0.8),
        [
          (3, point(0.8, 0.6, rank: 3, cosine: 0.6, distance: 0.0039)),
          (2, point(0, 1, rank: 1, cosine: 1, distance: 0.0078)),
        ]),
    ]
    var plan = PlanRecord.madeUp([.whiteBox], radii: ["1/255", "2/255"])
    plan.budgets = budgets == .nested ? .nested : .independent
    return try RetrievalTally(samples, index: index, plan: plan).summary()
  }

  private func counts(_ shares: [ProportionRecord]) -> [Int] { shares.map(\.count) }

  @Test("tell the directions apart")
  func directions() throws {
    let found = try Self.tally(.nested)
    #expect(found.ranks == [1, 5, 10] && found.entries == 3)
    // The distractor is above B's partner; but no input is nearer to B's partner than B.
    #expect(counts(found.clean.fromAttacked) == [1, 2, 2])
    #expect(counts(found.clean.toAttacked) == [2, 2, 2])
    #expect(found.clean.toAttacked[0].total == 2)
    let first = found.attacks[0].radii[0]
    #expect(counts(first.recall.fromAttacked) == [0, 2, 2])
    #expect(counts(first.recall.toAttacked) == [0, 2, 2])
    #expect(first.successFromAttacked == [1, 0, 0])
    #expect(first.successToAttacked == [1, 0, 0])
  }

  @Test("carry what is lost at a smaller radius to larger ones, unless budgets are independent")
  func nesting() throws {
    let nested = try Self.tally(.nested).attacks[0].radii[1].recall
    #expect(counts(nested.fromAttacked) == [0, 2, 2])
    #expect(counts(nested.toAttacked) == [0, 2, 2])
    // B was not found when clean, so that it counts as lost though the attack brings it home.
    let alone = try Self.tally(.independent).attacks[0].radii[1].recall
    #expect(counts(alone.fromAttacked) == [1, 2, 2])
    #expect(counts(alone.toAttacked) == [2, 2, 2])
    #expect(try Self.tally(.independent).worstCase[1] == alone)
  }

  @Test("give the diagnostics of CrossMaxim")
  func diagnostics() throws {
    let rows = try Self.tally(.nested).attacks[0].radii
    #expect(abs(rows[0].cosine - 0.55) < 1e-12)
    #expect(abs(rows[0].cosineChange - (0.55 - 0.8975)) < 1e-12)
    #expect(rows[0].repelled == 2 && rows[1].repelled == 0)
    #expect(rows[0].largestDistance == 0.0039 && rows[1].largestDistance == 0.0078)
  }

  @Test("agree with a reckoning by hand on the toy, in both directions and over two attacks")
  func byHand() throws {
    let toy = try ToyRetrieval()
    let records = try toy.records(toy.plan())
    // A share of the inputs, as a limit leaves it.
    let samples = toy.samples.dropLast(5).compactMap { records[$0.id] }
    let names = ["crossmaxim", "apgd-rank"]
    let found = try RetrievalTally(
      samples, index: toy.index, plan: ToyRetrieval.planRecord(names)
    ).summary()
    let gallery = try ByHand.rows(toy.index.embeddings)
    let blocks = samples.compactMap(\.retrieval)
    let queries = Set(blocks.flatMap(\.partners)).sorted()
    #expect(queries.count == 11)
    func looked(_ embeddings: [Data]) -> [Int] {
      let set = embeddings.map(ByHand.row)
      return queries.map { query in
        ByHand.rank(gallery[query], among: set) { blocks[$0].partners.contains(query) }
      }
    }
    let cleanTo = looked(blocks.map(\.clean.embedding))
    var worst = ToyRetrieval.radii.map { _ in
      (from: blocks.map(\.clean.rank), to: cleanTo)
    }
    for (place, _) in names.enumerated() {
      var (from, to) = (blocks.map(\.clean.rank), cleanTo)
      for index in ToyRetrieval.radii.indices {
        let entries = blocks.map { $0.attacks[place].radii[index] }
        from = zip(from, entries.map(\.rank)).map { max($0, $1) }
        to = zip(to, looked(entries.map(\.shown.embedding))).map { max($0, $1) }
        let recall = found.attacks[place].radii[index].recall
        for (k, rank) in [1, 5, 10].enumerated() {
          #expect(recall.fromAttacked[k].count == from.count { $0 <= rank })
          #expect(recall.toAttacked[k].count == to.count { $0 <= rank })
          #expect(recall.fromAttacked[k].total == 11 && recall.toAttacked[k].total == 11)
        }
        worst[index] = (
          zip(worst[index].from, from).map { max($0, $1) },
          zip(worst[index].to, to).map { max($0, $1) }
        )
      }
    }
    for (index, recall) in found.worstCase.enumerated() {
      #expect(
        counts(recall.fromAttacked) == [1, 5, 10].map { k in worst[index].from.count { $0 <= k } })
      #expect(
        counts(recall.toAttacked) == [1, 5, 10].map { k in worst[index].to.count { $0 <= k } })
    }
    // The toy says something: both directions fall, and differ.
    let last = found.attacks[1].radii[2].recall
    #expect(last.fromAttacked[0].count < found.clean.fromAttacked[0].count)
    #expect(last.toAttacked[0].count < found.clean.toAttacked[0].count)
    #expect(found.clean.fromAttacked != found.clean.toAttacked)
  }

  @Test("are of use without samples and without attacks")
  func empty() throws {
    let index = try RetrievalIndex(
      embeddings: Tensor([1, 0, 0, 1] as [Float], [2, 2]), partners: [:], queries: 2)
    let none = try RetrievalTally([], index: index, plan: .madeUp([])).summary()
    #expect(none.attacks.isEmpty && none.worstCase.isEmpty)
    #expect(none.clean.fromAttacked.map(\.total) == [0, 0, 0])
  }

  @Test("refuse embeddings of another width")
  func width() throws {
    let index = try RetrievalIndex(
      embeddings: Tensor([1, 0, 0, 0, 1, 0] as [Float], [2, 3]), partners: [:], queries: 2)
    let sample = Self.sample("A", 0, Self.point(1, 0, rank: 1), [])
    #expect(throws: TorchError.self) {
      try RetrievalTally([sample], index: index, plan: .madeUp([])).summary()
    }
  }
}

@Suite("Run folders of retrieval")
struct RetrievalFolderTests {
  @Test("resume, and refuse lines without the block, and another side or index")
  func resume() throws {
    let toy = try ToyRetrieval()
    let names = ["crossmaxim", "apgd-rank"]
    let plan = ToyRetrieval.planRecord(names)
    let records = try toy.records(toy.plan()).values.sorted { $0.id < $1.id }
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      func finish(_ samples: some Sequence<SampleRecord>) throws -> SummaryRecord {
        let run = try RunFolder(at: path, plan: plan, session: .madeUp)
        for sample in samples { try run.append(sample) }
        return try run.finish { summary, all in
          summary.retrieval = try RetrievalTally(all, index: toy.index, plan: plan).summary()
        }
      }
      _ = try finish(records.prefix(7))
      let whole = try finish(records.dropFirst(7))
      #expect(whole.samples == 16)
      let direct = try RetrievalTally(records, index: toy.index, plan: plan).summary()
      #expect(whole.retrieval == direct)
      #expect(
        whole.worstCase.map(\.robust)
          == whole.retrieval?.worstCase.map { $0.fromAttacked[0].count })

      var other = plan
      other.retrieval?.side = "partner"
      let error = #expect(throws: RunError.self) {
        try RunFolder(at: path, plan: other, session: .madeUp)
      }
      #expect("\(error as Any)".contains("attacked side"))
    }
    try withTemporaryFolder { folder in
      var bare = records[0]
      bare.retrieval = nil
      let run = try RunFolder(at: folder.path, plan: plan, session: .madeUp)
      try run.append(bare)
      #expect(throws: (any Error).self) { try run.finish { _, _ in } }
    }
  }
}
