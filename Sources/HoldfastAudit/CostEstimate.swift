import HoldfastAttacks
import HoldfastCore
public import HoldfastData
import HoldfastRecords
import HoldfastTensor

/// What an audit will cost, from one batch of its own samples on its own model.
///
/// It is what a sample costs that no attack fools: a bound, as each that falls leaves early.
public struct CostEstimate: Sendable {
  /// One attack of one protocol.
  public struct Row: Hashable, Sendable {
    /// The protocol.
    public let name: String
    /// The attack.
    public let attack: String
    /// Forward passes per sample.
    public let forward: Int
    /// Backward passes per sample.
    public let backward: Int
    /// Seconds per sample.
    public let seconds: Double
  }

  /// The attacks, in the order they are run.
  public let rows: [Row]
  /// The seconds that the unperturbed pass of a sample takes, one at a time.
  public let cleanSeconds: Double
  /// The samples that shared the batch.
  public let batch: Int

  /// Seconds per sample, everything together.
  public var secondsPerSample: Double { cleanSeconds + rows.reduce(0) { $0 + $1.seconds } }

  /// Measures a task's plan on samples that share a batch, of which there is at least one.
  public init(_ task: any AuditTask, on samples: [PreparedSample]) throws {
    let plan = task.plan
    let classes = plan.subject.head?.classCount ?? 0
    batch = samples.count
    let began = ContinuousClock.now
    let jobs = try Self.jobs(samples, task)
    cleanSeconds =
      (ContinuousClock.now - began) / .seconds(1) / Double(max(1, samples.count))
    var rows: [Row] = []
    for name in [AuditProtocol.transfer, .whiteBox, .adaptive] {
      guard let subject = name == .transfer ? plan.transferSource : plan.subject else { continue }
      for recipe in plan.attacks[name] ?? [] {
        let stops = task.stops(of: recipe, in: name)
        guard let stop = stops.first else { continue }
        let cost = try recipe.measureStep(
          on: name == .transfer ? jobs.transfer : jobs.own,
          PoolSettings(
            subject: subject, search: plan.search(of: recipe, in: name), norm: plan.norm,
            stop: stop, budgets: plan.budgets, slots: plan.slots, seed: plan.seed))
        let runs = stops.reduce(0) { sum, stop in
          sum
            + recipe.runsOfSurvivor(
              classes: classes, radii: plan.radii.count, budgets: plan.budgets, stop: stop)
        }
        rows.append(
          Row(
            name: name.rawValue, attack: recipe.name,
            forward: cost.forward * runs * (recipe.attack.steps + 1),
            backward: cost.backward * runs * recipe.attack.steps,
            seconds: cost.seconds * Double(runs * (recipe.attack.steps + 1))))
      }
    }
    self.rows = rows
  }

  /// The samples as attacks on the audited model meet them, and as those on the transfer source do.
  private static func jobs(
    _ samples: [PreparedSample], _ task: any AuditTask
  ) throws -> (own: [AttackJob], transfer: [AttackJob]) {
    let plan = task.plan
    let verifier = Verifier(subject: plan.subject)
    let source = plan.transferSource.map { Verifier(subject: $0) }
    var jobs: (own: [AttackJob], transfer: [AttackJob]) = ([], [])
    for sample in samples {
      let input = try sample.tensor(for: plan.subject.encoder.input)
      let truth = try task.truth(of: sample, verifier.predict(input, of: sample.id))
      jobs.own.append(AttackJob(id: sample.id, input: input, truth: truth, radii: plan.radii))
      guard let source else { continue }
      let theirs = try task.sourceTruth(
        of: sample, source.predict(input, of: sample.id), beside: truth)
      jobs.transfer.append(
        AttackJob(id: sample.id, input: input, truth: theirs, radii: plan.radii))
    }
    return jobs
  }
}
