import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("What the pool makes of models that misbehave, and of inputs that do not belong")
struct TrustTests {
  let encoder: ToyEncoder
  let subject: Subject

  init() throws {
    encoder = try .image()
    subject = try encoder.toySubject()
  }

  func run(
    _ spelling: String, _ jobs: [AttackJob], on encoder: any Encoder,
    stop: StopRule = .firstSuccess, slots: Int = 4
  ) throws -> [String: AttackOutcome] {
    let subject = Subject(encoder: encoder, head: subject.head)
    return try runAttack(
      AttackTable.recipe(spelling), on: jobs,
      PoolSettings(subject: subject, stop: stop, slots: slots))
  }

  // MARK: Memory

  @Test(arguments: [StopRule.firstSuccess, .fullBudget])
  func outOfMemoryShrinksTheBatch(_ stop: StopRule) throws {
    let jobs = try toyJobs(for: subject, count: 7, radii: [Radius(0.01), Radius(0.05)])
    let small = WatchedEncoder(encoder) { (input, embedding) throws(TorchError) in
      guard input.shape[0] <= 3 else {
        throw TorchError(code: .outOfMemory, operation: "embed", message: "no memory left")
      }
      return embedding
    }
    let spelling = "apgd-ce:steps=6,restarts=2"
    let found = try run(spelling, jobs, on: small, stop: stop, slots: 7)
    let known = try run(spelling, jobs, on: encoder, stop: stop, slots: 7)
    #expect(small.calls.contains { $0.rows == 3 })
    #expect(found.count == 7)
    for (id, outcome) in known {
      for (mine, its) in zip(outcome.radii, found[id]?.radii ?? []) {
        let margins = [mine.example?.margin, its.example?.margin].compactMap { $0 }
        guard margins.allSatisfy({ abs($0) > 1e-2 }) else { continue }
        #expect(mine.success == its.success, "\(id) at \(mine.radius)")
        if margins.count == 2 { #expect(abs(margins[0] - margins[1]) < 0.1, "\(id)") }
      }
    }
  }

  @Test func memoryThatFailsOneSampleIsAnError() throws {
    let jobs = try toyJobs(for: subject, count: 3, radii: [Radius(0.05)])
    let none = WatchedEncoder(encoder) { (_, _) throws(TorchError) in
      throw TorchError(code: .outOfMemory, operation: "embed", message: "no memory left")
    }
    let error = #expect(throws: TorchError.self) { try run("fgsm", jobs, on: none) }
    #expect(error?.code == .outOfMemory)
  }

  @Test func otherErrorsAreNotRetried() throws {
    let jobs = try toyJobs(for: subject, count: 3, radii: [Radius(0.05)])
    var calls = 0
    let broken = WatchedEncoder(encoder) { (_, _) throws(TorchError) in
      calls += 1
      throw TorchError(code: .backend, operation: "embed", message: "broken")
    }
    let error = #expect(throws: TorchError.self) { try run("fgsm", jobs, on: broken) }
    #expect(error?.code == .backend)
    #expect(calls == 1)
  }

  // MARK: Numbers

  @Test(arguments: [StopRule.firstSuccess, .fullBudget])
  func notANumberIsNotRobust(_ stop: StopRule) throws {
    let jobs = try toyJobs(for: subject, count: 2, radii: [Radius(0.05)])
    let broken = WatchedEncoder(encoder) { (_, embedding) throws(TorchError) in
      try embedding * .nan
    }
    let error = #expect(throws: TorchError.self) {
      try run("pgd:steps=3", jobs, on: broken, stop: stop)
    }
    #expect(error?.message.contains("`sample-") == true)
  }

  @Test func notANumberInTheTestOfTheStoredInputIsNotRobust() throws {
    let jobs = try toyJobs(for: subject, count: 4, radii: [Radius(0.5)])
    let broken = WatchedEncoder(encoder) { (input, embedding) throws(TorchError) in
      input.shape[0] == 1 ? try embedding * .nan : embedding
    }
    #expect(throws: TorchError.self) { try run("apgd-ce:steps=6", jobs, on: broken) }
  }

  @Test func aSuccessThatTheTestDoesNotSeeIsNone() throws {
    let jobs = try toyJobs(for: subject, count: 4, radii: [Radius(0.5)])
    let clean = try jobs.map { try encoder.embed($0.input) }
    // In a batch every sample seems to be fooled; by itself it gives its clean embedding.
    let lying = WatchedEncoder(encoder) { (input, embedding) throws(TorchError) in
      guard input.shape[0] == 1, !input.requiresGradient else { return embedding }
      var nearest = clean[0]
      for (job, known) in zip(jobs, clean)
      where try (input - job.input).absolute().max().item() <= 0.5 { nearest = known }
      return nearest
    }
    let outcomes = try run("apgd-ce:steps=4", Array(jobs.prefix(1)), on: lying)
    #expect(outcomes["sample-0"]?.radii[0].success == false)
    #expect((outcomes["sample-0"]?.radii[0].cost.forward ?? 0) >= 5)
  }

  // MARK: The margin band

  @Test func insideTheBandTheAttackGoesOn() throws {
    // Logits of almost nothing: every success is by a hair.
    let faint = Subject(
      encoder: encoder,
      head: Head(anchors: try #require(subject.head?.anchors), scale: 1e-4))
    let jobs = try toyJobs(for: faint, count: 3, radii: [Radius(0.5), Radius(0.6)])
    let steps = 6
    let outcomes = try runAttack(
      AttackTable.recipe("apgd-ce:steps=\(steps)"), on: jobs, PoolSettings(subject: faint, slots: 3)
    )
    for outcome in outcomes.values {
      let first = outcome.radii[0]
      let example = try #require(first.example)
      #expect(first.success)
      #expect(example.isInMarginBand)
      #expect(first.cost.forward > steps + 1)
      #expect(outcome.radii[1].success)
    }
  }

  @Test func outsideTheBandItStops() throws {
    let jobs = try toyJobs(for: subject, count: 3, radii: [Radius(0.6)])
    for outcome in try run("apgd-ce:steps=50", jobs, on: encoder).values {
      let found = outcome.radii[0]
      #expect(found.success && found.example?.isInMarginBand == false)
      #expect(found.cost.forward < 50)
    }
  }

  // MARK: Inputs

  @Test func inputsOutsideTheLegalRangeAreRefused() throws {
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    let wrong: [(Tensor, TorchError.Code)] = [
      (try job.input + 0.5, .backend), (try job.input * .nan, .backend),
      (try job.input.to(.float64), .dtype), (try job.input.slice(2, 0..<4), .shape),
      (try .concatenating([job.input, job.input]), .shape),
    ]
    for (input, code) in wrong {
      let bad = AttackJob(
        id: "stranger", input: input, truth: job.truth, radii: job.radii)
      let error = #expect(throws: TorchError.self) { try run("fgsm", [bad], on: encoder) }
      #expect(error?.code == code)
      #expect(error?.message.contains("stranger") == true)
    }
  }

  @Test func aLabelThatIsNoClassIsAnError() throws {
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    let bad = AttackJob(
      id: "odd", input: job.input,
      truth: SampleTruth(label: 5, cleanEmbedding: job.truth.cleanEmbedding), radii: job.radii)
    let error = #expect(throws: TorchError.self) { try run("fgsm", [bad], on: encoder) }
    #expect(error?.code == .shape)
  }

  @Test func aSubjectWithoutAHeadIsAnError() throws {
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    let error = #expect(throws: TorchError.self) {
      try runAttack(
        AttackTable.recipe("fgsm"), on: [job],
        PoolSettings(subject: Subject(encoder: encoder, head: nil)))
    }
    #expect(error?.message.contains("head") == true)
  }
}
