import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Square")
struct SquareTests {
  /// An encoder whose rows do not know of each other, to the last bit.
  func alone(_ encoder: any Encoder) -> WatchedEncoder {
    WatchedEncoder(encoder) { (input, _) throws(TorchError) in
      var rows: [Tensor] = []
      for row in 0..<input.shape[0] {
        rows.append(try encoder.embed(input.slice(0, row..<row + 1)))
      }
      return try .concatenating(rows)
    }
  }

  func radius(_ norm: Norm) -> Radius {
    switch norm {
    case .linf: Radius(0.06)
    case .l2: Radius(0.6)
    case .l1: Radius(3)
    }
  }

  @Test(arguments: Norm.allCases)
  func aResultDoesNotDependOnTheBatch(_ norm: Norm) throws {
    for toy in try ToyEncoder.all() {
      let subject = try Subject(encoder: alone(toy), head: toy.toySubject().head)
      let jobs = try toyJobs(for: subject, count: 9, radii: [Radius(0.001), radius(norm)])
      let recipe = try AttackTable.recipe("square:queries=40", norm: norm)
      func run(_ jobs: [AttackJob], slots: Int) throws -> [String: AttackOutcome] {
        try runAttack(recipe, on: jobs, PoolSettings(subject: subject, norm: norm, slots: slots))
      }
      let one = try run(jobs, slots: 1)
      let eight = try run(jobs.reversed(), slots: 8)
      for (id, outcome) in one {
        for (mine, its) in zip(outcome.radii, try #require(eight[id]).radii) {
          #expect(mine.success == its.success)
          #expect(mine.cost.forward == its.cost.forward)
          #expect(try mine.example?.input.bytes() == its.example?.input.bytes(), "\(id)")
        }
      }
      #expect(one.values.contains { $0.radii[1].success }, "nothing fell on \(toy.modality)")
    }
  }

  @Test(arguments: [1, 2, 37])
  func queriesAreCountedAndNoGradientIsTaken(_ queries: Int) throws {
    let toy = try ToyEncoder.image()
    let watch = WatchedEncoder(toy)
    let subject = try Subject(encoder: watch, head: toy.toySubject().head)
    let jobs = try toyJobs(for: subject, count: 5, radii: [Radius(0.0001)])
    watch.forget()
    let recipe = try AttackTable.recipe("square:queries=\(queries),restarts=2")
    let outcomes = try runAttack(recipe, on: jobs, PoolSettings(subject: subject, slots: 2))
    for outcome in outcomes.values {
      #expect(!outcome.radii[0].success)
      #expect(outcome.radii[0].cost.forward == 2 * queries)
      #expect(outcome.radii[0].cost.backward == 0)
    }
    #expect(watch.forwardRows == 5 * 2 * queries)
    #expect(watch.backwardRows == 0)
  }

  @Test(arguments: Norm.allCases)
  func moreQueriesFindMore(_ norm: Norm) throws {
    for toy in try ToyEncoder.all() {
      let subject = try toy.toySubject()
      let jobs = try toyJobs(for: subject, count: 12, radii: [radius(norm)])
      let fallen = try [1, 300].map { queries in
        try runAttack(
          AttackTable.recipe("square:queries=\(queries)", norm: norm), on: jobs,
          PoolSettings(subject: subject, norm: norm, slots: 12)
        ).values.count { $0.radii[0].success }
      }
      #expect(fallen[0] < fallen[1], "\(fallen) of 12 on \(toy.modality)")
    }
  }

  /// An example for another model is the one of highest loss, which rises with the queries.
  @Test func aFullBudgetClimbs() throws {
    let subject = try ToyEncoder.image().toySubject()
    let jobs = try toyJobs(for: subject, count: 4, radii: [Radius(0.06)])
    func margins(_ queries: Int) throws -> [String: Double] {
      try runAttack(
        AttackTable.recipe("square:queries=\(queries)"), on: jobs,
        PoolSettings(subject: subject, stop: .fullBudget, slots: 4)
      ).compactMapValues { $0.radii[0].example?.margin }
    }
    let (short, long) = (try margins(5), try margins(200))
    #expect(short.count == 4)
    for (id, margin) in short { #expect(margin < (long[id] ?? -1), "\(id)") }
  }

  @Test(arguments: [
    "square:p=0", "square:p=1.5", "square:p=nan", "square:queries=0", "square:steps=5",
    "square:rescale=yes", "square:queries=-1",
  ])
  func nonsenseIsRefused(_ text: String) {
    #expect(throws: UsageError.self) { try AttackTable.recipe(text) }
  }

  @Test func spacesAreWrittenWithTheirPatches() throws {
    let video = InputSpec(
      shape: [3, 8, 16, 16], range: 0...1, unit: "x",
      patches: .grid(rows: 2, columns: 3, channels: [0]))
    for spec in [video, .pixels(height: 4, width: 5)] {
      let text = try JSONEncoder().encode(spec)
      #expect(try JSONDecoder().decode(InputSpec.self, from: text) == spec)
    }
    let old = Data(#"{"shape": [3, 4, 5], "range": [0, 1], "unit": "x"}"#.utf8)
    let spec = try JSONDecoder().decode(InputSpec.self, from: old)
    #expect(spec.patches == .grid(rows: -2, columns: -1, channels: [0]))
  }
}
