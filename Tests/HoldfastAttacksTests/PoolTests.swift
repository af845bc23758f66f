import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("The pool")
struct PoolTests {
  let encoder: ToyEncoder
  let subject: Subject

  init() throws {
    encoder = try .image()
    subject = try encoder.toySubject()
  }

  func settings(
    _ encoder: (any Encoder)? = nil, stop: StopRule = .firstSuccess, slots: Int = 4,
    seed: UInt64 = 0
  ) -> PoolSettings {
    PoolSettings(
      subject: Subject(encoder: encoder ?? self.encoder, head: subject.head), stop: stop,
      slots: slots, seed: seed)
  }

  func recipe(_ spelling: String) throws -> AttackRecipe { try AttackTable.recipe(spelling) }

  /// A radius at which nothing falls, and one at which everything does.
  let harmless = Radius(1e-5)
  let fatal = Radius(0.5)

  @Test func aSuccessIsSharedWithLargerRadii() throws {
    let jobs = try toyJobs(for: subject, count: 3, radii: [harmless, fatal, Radius(0.6)])
    let outcomes = try runAttack(recipe("apgd-ce:steps=8"), on: jobs, settings())
    for outcome in outcomes.values {
      #expect(outcome.radii.map(\.success) == [false, true, true])
      #expect(outcome.radii[2].cost == Cost())
      #expect(outcome.radii[2].example?.distance == outcome.radii[1].example?.distance)
    }
  }

  @Test func aFullBudgetSharesNothing() throws {
    let jobs = try toyJobs(for: subject, count: 2, radii: [fatal, Radius(0.6)])
    let outcomes = try runAttack(
      recipe("apgd-ce:steps=8,restarts=2"), on: jobs, settings(stop: .fullBudget))
    for outcome in outcomes.values {
      for radius in outcome.radii {
        #expect(radius.success)
        #expect(radius.cost.backward >= 16)
        #expect(radius.cost.forward >= 18)
      }
      #expect(outcome.radii[0].example?.distance != outcome.radii[1].example?.distance)
    }
  }

  @Test(arguments: ["fgsm", "pgd:steps=6", "apgd-ce:steps=6", "apgd-ce:steps=6,restarts=3"])
  func theExampleOfAFullBudgetHasTheHighestLoss(_ spelling: String) throws {
    let watch = WatchedEncoder(encoder)
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    let attack = try recipe(spelling)
    let outcome = try runAttack(attack, on: [job], settings(watch, stop: .fullBudget))
    let example = try #require(outcome[job.id]?.radii[0].example)
    func loss(_ x: Tensor) throws -> Double {
      let truth = Truth(
        labels: try Tensor([job.truth.label]), cleanEmbedding: job.truth.cleanEmbedding)
      return try attack.objective.loss(subject.predict(x), truth).item()
    }
    let highest = try watch.calls.map { try loss($0.input) }.max()
    #expect(try loss(example.input) == highest)
    #expect(watch.calls.count >= attack.restarts * (attack.attack.steps + 1))
  }

  @Test func restartsStartElsewhere() throws {
    let watch = WatchedEncoder(encoder)
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    _ = try runAttack(
      recipe("pgd:steps=2,restarts=4"), on: [job], settings(watch, stop: .fullBudget))
    #expect(try Set(starts(watch)).count == 4)
  }

  @Test func noiseDependsOnSeedSampleAndRadiusAlone() throws {
    let radii = [Radius(0.05), Radius(0.06)]
    let jobs = try toyJobs(for: subject, count: 3, radii: radii)
    func starts(slots: Int, seed: UInt64, reversed: Bool = false) throws -> Set<[UInt8]> {
      let watch = WatchedEncoder(encoder)
      _ = try runAttack(
        recipe("pgd:steps=2"), on: reversed ? jobs.reversed() : jobs,
        settings(watch, stop: .fullBudget, slots: slots, seed: seed))
      return Set(try self.starts(watch))
    }
    let alone = try starts(slots: 1, seed: 1)
    #expect(alone.count == 6)
    #expect(try starts(slots: 3, seed: 1) == alone)
    #expect(try starts(slots: 8, seed: 1, reversed: true) == alone)
    #expect(try starts(slots: 1, seed: 2).isDisjoint(with: alone))
  }

  /// The bytes of each row that a run began with: what came after a batch that needed no gradient.
  func starts(_ watch: WatchedEncoder) throws -> [[UInt8]] {
    var starts: [[UInt8]] = []
    var before = false
    for call in watch.calls {
      if call.recorded, !before {
        for row in 0..<call.rows { starts.append(try call.input.select(0, row).bytes()) }
      }
      before = call.recorded
    }
    return starts
  }

  @Test func samplesEnterAsOthersLeave() throws {
    let watch = WatchedEncoder(encoder)
    let jobs = try toyJobs(for: subject, count: 9, radii: [Radius(0.02)])
    let outcomes = try runAttack(recipe("apgd-ce:steps=10"), on: jobs, settings(watch, slots: 3))
    #expect(outcomes.count == 9)
    let batches = watch.calls.filter(\.recorded).map(\.rows)
    #expect(batches.allSatisfy { $0 <= 3 })
    // Until the queue is empty, no slot is.
    let work = batches.reduce(0, +)
    #expect(batches.prefix { $0 == 3 }.reduce(0, +) >= work - 3 * 11)
  }

  @Test func anEmptyPoolDoesNothing() throws {
    let pool = try recipe("fgsm").pool(settings())
    #expect(try pool.step().isEmpty)
    #expect(pool.load == 0)
  }
}
