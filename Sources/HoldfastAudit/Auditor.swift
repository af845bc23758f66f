import HoldfastAttacks
import HoldfastCore
public import HoldfastData
public import HoldfastRecords
import HoldfastTensor

/// Runs an audit: samples go in at one end, and a record comes out for each at the other.
///
/// Every attack of every protocol has a pool of its own. A sample passes through them one after
/// the other, so that batches stay full and at most one batch of samples per attack, and one more,
/// is held at a time.
public final class Auditor {
  private let plan: AuditPlan
  private let verifier: Verifier
  /// Tests what attacks have found.
  private let examiner: Verifier
  private var stages: [Stage] = []
  private var tracks: [String: SampleTrack] = [:]
  private var finished: [SampleRecord] = []
  private let archive: AdversarialArchive?
  private let gallery: ExampleGallery?

  private struct Stage {
    let name: AuditProtocol
    let pool: any AttackStage
  }

  /// An audit of `plan`.
  ///
  /// - Parameters:
  ///   - archive: where examples are kept; then every attack spends its whole budget, so that they
  ///     do not sit on the boundary.
  ///   - gallery: where a few samples are kept to be looked at.
  public init(
    _ plan: AuditPlan, archive: AdversarialArchive? = nil, gallery: ExampleGallery? = nil
  ) {
    self.plan = plan
    self.archive = archive
    self.gallery = gallery
    verifier = Verifier(subject: plan.subject)
    examiner = Verifier(subject: plan.subject, criterion: plan.criterion)
    for name in [AuditProtocol.transfer, .whiteBox, .adaptive] where plan.recorded.contains(name) {
      let isTransfer = name == .transfer
      guard let subject = isTransfer ? plan.transferSource : plan.subject else { continue }
      var settings = PoolSettings(
        subject: subject, criterion: plan.criterion, norm: plan.norm,
        stop: plan.stop(of: name, keepsExamples: archive != nil),
        budgets: plan.budgets, slots: plan.slots, seed: plan.seed)
      for recipe in plan.attacks[name] ?? [] where !(isTransfer && recipe.isScreen) {
        settings.search = plan.search(of: recipe, in: name)
        stages.append(Stage(name: name, pool: recipe.stage(settings)))
      }
    }
  }

  /// Takes samples from `next` until it gives none, and hands each record to `deliver`.
  public func run(
    _ next: () throws -> PreparedSample?, deliver: (SampleRecord) throws -> Void
  ) throws {
    try drive(
      stages.map(\.pool), admit: { try admit(next) }, step: { try step($0) },
      deliver: {
        for record in finished { try deliver(record) }
        finished.removeAll()
      })
  }

  // MARK: Entering

  /// Takes in as many fresh samples as share a batch; true once there are no more.
  private func admit(_ next: () throws -> PreparedSample?) throws -> Bool {
    var samples: [PreparedSample] = []
    while samples.count < plan.slots, let sample = try next() { samples.append(sample) }
    guard !samples.isEmpty else { return true }
    for sample in samples { try enter(sample) }
    return samples.count < plan.slots
  }

  /// Classifies a sample by itself, so that the verdict does not depend on its neighbours.
  private func enter(_ sample: PreparedSample) throws {
    let classes = plan.subject.head?.classCount ?? 0
    guard (0..<classes).contains(sample.label) else {
      throw DataError(
        "has the label \(sample.label), but there are \(classes) classes", in: sample.id,
        hint: "give the class names of this data set with --classes")
    }
    guard tracks[sample.id] == nil else {
      throw DataError(
        "comes twice in the data set", in: sample.id, hint: "ids of samples must be unique")
    }
    let input = try sample.tensor(for: plan.subject.encoder.input)
    let prediction = try verifier.predict(input, of: sample.id)
    let source = try plan.transferSource.map {
      try Verifier(subject: $0).predict(input, of: sample.id)
    }
    let truth = try plan.aimed(
      SampleTruth(label: sample.label, of: prediction, goal: plan.goal), sample.id)
    let job = AttackJob(id: sample.id, input: input, truth: truth, radii: [])
    let seen = try finite(verifier.judge(prediction, of: input, job: job, distance: 0), job)
    let clean = CleanRecord(
      predicted: seen.predicted, margin: seen.margin, correct: seen.margin < 0)
    tracks[sample.id] = SampleTrack(
      id: sample.id, input: input, clean: clean, truth: truth,
      sourceTruth: try source.map {
        let theirs = try SampleTruth(label: sample.label, of: $0, goal: plan.goal)
        return target(of: truth).map(theirs.aiming) ?? theirs
      }, plan: plan)
    try advance(sample.id, from: 0)
  }

  // MARK: Passing through

  /// Hands a sample to the next stage that has something to do with it, or finishes it.
  private func advance(_ id: String, from first: Int) throws {
    guard let track = tracks[id] else { return }
    for index in stages.indices.dropFirst(first) {
      let stage = stages[index]
      let isTransfer = stage.name == .transfer
      let radii =
        isTransfer
        ? (track.clean.correct ? plan.radii : []) : track.standing(stage.name, of: plan.radii)
      guard !radii.isEmpty else { continue }
      let truth = isTransfer ? track.sourceTruth : track.truth
      stage.pool.submit(
        AttackJob(id: id, input: track.input, truth: truth ?? track.truth, radii: radii))
      return
    }
    let record = try track.record(plan.recorded)
    try gallery?.close(record, input: track.input)
    finished.append(record)
    tracks[id] = nil
  }

  private func step(_ index: Int) throws {
    let stage = stages[index]
    for outcome in try stage.pool.step() {
      guard var track = tracks[outcome.job.id] else { continue }
      for result in outcome.radii {
        track.spend(
          stage.name, result.radius, attack: stage.pool.recipe.name, result.cost)
        guard let example = result.example else { continue }
        if stage.name == .transfer {
          try show(example, at: result.radius, of: outcome.job, stage, &track)
        } else {
          let seen = try asAnswered(example, at: result.radius, of: outcome.job, stage, &track)
          gallery?.offer(
            seen, of: outcome.job, as: stage.name, attack: stage.pool.recipe.name,
            at: result.radius)
          guard
            try track.show(stage.name, result.radius, attack: stage.pool.recipe.name, seen)
          else { continue }
          try archive?.keep(
            seen, of: outcome.job, as: stage.name, at: result.radius, norm: plan.norm)
        }
      }
      tracks[outcome.job.id] = track
      try advance(outcome.job.id, from: index + 1)
    }
  }

  /// Shows an example that was made on another model to the audited one, as float32 and as a PNG.
  private func show(
    _ example: Example, at radius: Radius, of job: AttackJob, _ stage: Stage,
    _ track: inout SampleTrack
  ) throws {
    let attack = stage.pool.recipe.name
    try archive?.keep(example, of: job, as: .transfer, at: radius, norm: plan.norm)
    let seen = try test(example.input, job: job, distance: example.distance)
    track.spend(.transfer, radius, attack: attack, pass)
    try track.show(.transfer, radius, attack: attack, seen)
    gallery?.offer(seen, of: job, as: .transfer, attack: attack, at: radius)
    guard plan.storesPictures else { return }
    track.spend(.transferPNG, radius, attack: attack, pass)
    let stored = try picture(of: example, at: radius, of: job)
    try track.show(.transferPNG, radius, attack: attack, stored)
    gallery?.offer(stored, of: job, as: .transferPNG, attack: attack, at: radius)
  }

  /// The example that is recorded: one of the 8-bit lattice counts as it is after a PNG file.
  private func asAnswered(
    _ example: Example, at radius: Radius, of job: AttackJob, _ stage: Stage,
    _ track: inout SampleTrack
  ) throws -> Example {
    guard plan.countsPictures(of: stage.pool.recipe) else { return example }
    track.spend(stage.name, radius, attack: stage.pool.recipe.name, pass)
    return try picture(of: example, at: radius, of: job)
  }

  /// An example as the audited model sees it after a PNG file.
  private func picture(
    of example: Example, at radius: Radius, of job: AttackJob
  ) throws -> Example {
    let (stored, distance) = try plan.picture(of: example, at: radius, of: job)
    return try test(stored, job: job, distance: distance)
  }

  /// What one test costs.
  private var pass: Cost {
    var cost = Cost()
    cost.forward = verifier.passes
    return cost
  }

  private func test(_ input: Tensor, job: AttackJob, distance: Double) throws -> Example {
    try finite(
      examiner.test(input, job: job, target: target(of: job.truth), distance: distance), job)
  }

  /// The class that a sample is pushed towards.
  private func target(of truth: SampleTruth) -> Int? {
    plan.target == nil ? nil : truth.rivals.first
  }

  /// A model that answers with no finite number is broken.
  private func finite(_ seen: Example, _ job: AttackJob) throws -> Example {
    guard seen.margin.isFinite else {
      throw TorchError(
        code: .backend, operation: "audit",
        message: "the model gives no finite number for sample `\(job.id)`")
    }
    return seen
  }
}
