import HoldfastAttacks
public import HoldfastCore
import HoldfastTensor
public import Testing

/// Checks what every attack promises, whatever the encoder, on legal inputs of `encoder`.
///
/// `radii` should span from harmless to fatal; radius 0 is added. Tested: balls and boxes in
/// float64 on the stored values, radius 0, order in the radius, independence from batch size and
/// order, equal bytes on repetition, no gradients of parameters, counts of passes, and that no
/// sample leaves before its budget or a success.
public func checkAttackInvariants(
  _ recipe: AttackRecipe, on encoder: any Encoder, norm: Norm, radii: [Radius], samples: Int = 4,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let subject = try encoder.toySubject()
  let jobs = try toyJobs(for: subject, count: samples, radii: radii + [Radius(0)])
  let check = AttackInvariants(
    recipe: recipe, subject: subject, norm: norm, jobs: jobs, sourceLocation: sourceLocation)
  let probe = try encoder.embed(jobs[0].input)
  #expect(
    !probe.requiresGradient, "a parameter requires a gradient", sourceLocation: sourceLocation)
  try check.starts()
  try check.verdicts()
  try check.examples()
}

/// The parts of ``checkAttackInvariants(_:on:norm:radii:samples:sourceLocation:)``.
struct AttackInvariants {
  let recipe: AttackRecipe
  let subject: Subject
  let norm: Norm
  let jobs: [AttackJob]
  let sourceLocation: SourceLocation

  func run(
    _ jobs: [AttackJob], slots: Int, stop: StopRule, watch: WatchedEncoder? = nil
  ) throws -> [String: AttackOutcome] {
    var settings = PoolSettings(subject: subject, norm: norm, stop: stop, slots: slots, seed: 5)
    if let watch { settings.subject = Subject(encoder: watch, head: subject.head) }
    return try runAttack(recipe, on: jobs, settings)
  }

  func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    #expect(
      condition, "\(recipe.name), \(norm), \(subject.encoder.modality): \(what())",
      sourceLocation: sourceLocation)
  }

  /// A sample starts where it starts, alone or in a batch, up to the rounding of its filters.
  func starts() throws {
    func start(_ jobs: [AttackJob]) throws -> [[Float]] {
      let ball = try Ball(
        around: .concatenating(jobs.map(\.input)), norm: norm, radii: jobs.compactMap(\.radii.last),
        range: subject.encoder.input.range, reach: recipe.attack.reach,
        patches: subject.encoder.input.patches)
      var noise = Noise(jobs.map { Generator(seed: 5, stream: $0.id) })
      let x = try recipe.attack.start(in: ball, noise: &noise).flattenedRows()
      return try jobs.indices.map { try x.select(0, $0).array(of: Float.self) }
    }
    let together = try start(jobs)
    for (index, job) in jobs.enumerated() {
      let alone = try start([job])[0]
      expect(
        zip(alone, together[index]).allSatisfy { abs($0 - $1) < 1e-6 },
        "the start of \(job.id) depends on its batch")
    }
  }

  /// What holds when samples leave at their first success.
  func verdicts() throws {
    let watch = WatchedEncoder(subject.encoder)
    let base = try run(jobs, slots: 3, stop: .firstSuccess, watch: watch)
    expect(base.count == jobs.count, "a sample was lost")
    passes(base, watch)
    for outcome in base.values {
      reachable(outcome)
      verdict(outcome)
    }
    let others = [
      ("1 slot", try run(jobs, slots: 1, stop: .firstSuccess)),
      ("8 slots, reversed", try run(jobs.reversed(), slots: 8, stop: .firstSuccess)),
    ]
    for (what, other) in others {
      for (id, outcome) in base {
        for (mine, its) in zip(outcome.radii, other[id]?.radii ?? [])
        where !(near(mine) || near(its)) {
          expect(mine.success == its.success, "\(id) at \(mine.radius) differs with \(what)")
        }
      }
    }
    try repeats(others[0].1, stop: .firstSuccess)
  }

  /// What holds when the whole budget is spent at each radius.
  func examples() throws {
    let watch = WatchedEncoder(subject.encoder)
    let outcomes = try run(jobs, slots: 1, stop: .fullBudget, watch: watch)
    passes(outcomes, watch)
    for outcome in outcomes.values {
      reachable(outcome)
      for radius in outcome.radii {
        expect(radius.example != nil, "no example at \(radius.radius)")
      }
      spent(outcome, upTo: outcome.radii.count)
    }
    try repeats(outcomes, stop: .fullBudget)
  }

  /// Every run of a budget was carried to its end at each of the first radii.
  ///
  /// A search for the smallest perturbation is run once for all of them.
  private func spent(_ outcome: AttackOutcome, upTo count: Int) {
    let standing = outcome.radii.prefix(count)
    let runs = recipe.restarts * max(1, min(recipe.targets, outcome.job.truth.rivals.count))
    if recipe.attack.reach == .box {
      let all = outcome.radii.reduce(Cost()) { $0 + $1.cost }
      expect(standing.isEmpty || all.runs == runs, "\(all.runs) of \(runs) runs")
      return
    }
    for found in standing {
      expect(found.cost.runs == runs, "\(found.cost.runs) of \(runs) runs at \(found.radius)")
      expect(
        found.cost.forward >= runs * (recipe.attack.steps + 1),
        "a sample left \(found.radius) after \(found.cost.forward) passes")
    }
  }

  private func near(_ outcome: RadiusOutcome) -> Bool {
    outcome.example.map { abs($0.margin) < 10 * Example.marginBand } ?? false
  }

  private func passes(_ outcomes: [String: AttackOutcome], _ watch: WatchedEncoder) {
    let cost = outcomes.values.flatMap(\.radii).reduce(Cost()) { $0 + $1.cost }
    expect(cost.forward == watch.forwardRows, "\(cost.forward) of \(watch.forwardRows) forward")
    let slopes = (try? lossesPerSample()) ?? 0
    expect(
      cost.backward == watch.backwardRows * slopes,
      "\(cost.backward) of \(watch.backwardRows) · \(slopes) backward")
  }

  /// How many gradients an attack follows at once.
  private func lossesPerSample() throws -> Int {
    let truth = try Truth([jobs[0].truth], targets: [nil], on: subject.encoder.device)
    return try recipe.objective.loss(subject.predict(jobs[0].input), truth).count
  }

  /// Every example is in its ball and box, and is what its record says.
  private func reachable(_ outcome: AttackOutcome) {
    let range = subject.encoder.input.range
    guard let origin = try? outcome.job.input.array(of: Float.self) else {
      return expect(false, "an input that cannot be read")
    }
    for found in outcome.radii {
      guard let example = found.example else { continue }
      guard let values = try? example.input.array(of: Float.self), values.count == origin.count
      else {
        expect(false, "an example that cannot be read")
        continue
      }
      let moves = zip(values, origin).map { Double($0) - Double($1) }
      let distance =
        switch norm {
        case .linf: moves.map(abs).max() ?? 0
        case .l2: moves.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .l1: moves.reduce(0) { $0 + abs($1) }
        }
      expect(distance <= found.radius.value * (1 + 1e-12), "\(distance) is outside \(found.radius)")
      expect(abs(distance - example.distance) <= 1e-12, "a wrong distance was recorded")
      if let range { expect(values.allSatisfy(range.contains), "an example left the box") }
      if found.radius.value == 0 { expect(values == origin, "radius 0 moved the input") }
      expect(found.success == (example.margin > 0), "a verdict against its margin")
    }
  }

  /// Successes grow with the radius, and no sample gave up early.
  private func verdict(_ outcome: AttackOutcome) {
    var fallen = false
    for found in outcome.radii {
      if found.radius.value == 0 { expect(!found.success, "radius 0 changed a verdict") }
      if fallen {
        expect(found.success, "what fell at a smaller radius stands at \(found.radius)")
        expect(found.cost == Cost(), "passes were spent after a success")
      }
      fallen = fallen || found.success
    }
    spent(outcome, upTo: outcome.radii.prefix { !$0.success }.count)
  }

  /// The same run gives the same bytes.
  private func repeats(_ first: [String: AttackOutcome], stop: StopRule) throws {
    let second = try run(jobs, slots: 1, stop: stop)
    for (id, outcome) in first {
      for (mine, its) in zip(outcome.radii, second[id]?.radii ?? []) {
        expect(mine.success == its.success, "\(id) has another verdict the second time")
        expect(
          try mine.example?.input.bytes() == its.example?.input.bytes(),
          "\(id) has other bytes the second time")
      }
    }
  }
}
