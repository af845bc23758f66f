import HoldfastAttacks
import HoldfastCore
public import HoldfastData
public import HoldfastRecords
import HoldfastTensor

/// Runs an audit: samples go in at one end, and a record comes out for each at the other.
///
/// Every search of every attack has a pool of its own. A sample passes through them one after the
/// other, so that batches stay full and at most one batch of samples per search, and one more, is
/// held at a time.
public final class Auditor<Task: AuditTask> {
  private let task: Task
  private let searches: [Search]
  private var tracks: [String: Task.Track] = [:]
  private var finished: [SampleRecord] = []
  private let archive: AdversarialArchive?
  private let gallery: ExampleGallery?
  private let transfers: TransferCache?

  /// One attack of one protocol with one aim, and the pool that runs it.
  private struct Search {
    let name: AuditProtocol
    let aim: Task.Track.Aim
    let pool: any AttackPool

    var recipe: AttackRecipe { pool.recipe }
  }

  /// An audit of a task.
  ///
  /// - Parameters:
  ///   - archive: keeps examples on disk; attacks on a classifier then spend their whole budget, so
  ///     that the examples do not sit on the boundary.
  ///   - gallery: the example gallery, which keeps a few samples to be looked at.
  ///   - transfers: transfer inputs of earlier audits, which are not made again.
  public init(
    _ task: Task, archive: AdversarialArchive? = nil, gallery: ExampleGallery? = nil,
    transfers: TransferCache? = nil
  ) {
    self.task = task
    self.archive = archive
    self.gallery = gallery
    self.transfers = transfers
    let plan = task.plan
    var searches: [Search] = []
    for name in [AuditProtocol.transfer, .whiteBox, .adaptive] where plan.recorded.contains(name) {
      guard let subject = name == .transfer ? plan.transferSource : plan.subject else { continue }
      for recipe in plan.attacks[name] ?? [] {
        for aim in task.aims(of: recipe, in: name, keepsExamples: archive != nil) {
          let settings = PoolSettings(
            subject: subject, search: plan.search(of: recipe, in: name),
            criterion: aim.criterion, norm: plan.norm, stop: aim.stop, budgets: plan.budgets,
            slots: plan.slots, seed: plan.seed)
          searches.append(Search(name: name, aim: aim, pool: recipe.pool(settings)))
        }
      }
    }
    self.searches = searches
  }

  private var plan: AuditPlan { task.plan }

  /// Takes samples from `next` until it gives none, and hands each record to `deliver`.
  public func run(
    _ next: () throws -> PreparedSample?, deliver: (SampleRecord) throws -> Void
  ) throws {
    try drive(
      searches.map(\.pool), admit: { try admit(next) }, step: { try step(searches[$0], $0) },
      deliver: {
        for record in finished { try deliver(record) }
        finished.removeAll()
      })
  }

  // MARK: Entering

  /// Takes in as many fresh samples as share a batch; true once there are no more to come.
  private func admit(_ next: () throws -> PreparedSample?) throws -> Bool {
    var samples: [PreparedSample] = []
    while samples.count < plan.slots, let sample = try next() { samples.append(sample) }
    guard !samples.isEmpty else { return true }
    for sample in samples { try enter(sample) }
    return samples.count < plan.slots
  }

  /// Judges a sample by itself, so that the verdict does not depend on its neighbours.
  private func enter(_ sample: PreparedSample) throws {
    try task.check(sample)
    guard tracks[sample.id] == nil else {
      throw DataError(
        "occurs twice in the data set", in: sample.id, hint: "ids of samples must be unique")
    }
    let input = try sample.tensor(for: plan.subject.encoder.input)
    let prediction = try Verifier(subject: plan.subject).predict(input, of: sample.id)
    let truth = try task.truth(of: sample, prediction)
    let sourceTruth = try plan.transferSource.map { source in
      try task.sourceTruth(
        of: sample, Verifier(subject: source).predict(input, of: sample.id), beside: truth)
    }
    tracks[sample.id] = try task.track(
      of: sample.id, input, prediction, truth: truth, sourceTruth: sourceTruth)
    try advance(sample.id, from: 0)
  }

  // MARK: Passing through

  /// Hands a sample to the next search that has something to find, or finishes it.
  private func advance(_ id: String, from first: Int) throws {
    guard var track = tracks[id] else { return }
    for search in searches.dropFirst(first) {
      var radii = track.radii(for: search.aim, of: search.recipe, in: search.name)
      if search.name == .transfer { try reuse(&radii, search, &track) }
      guard !radii.isEmpty else { continue }
      tracks[id] = track
      search.pool.submit(track.sample.job(in: search.name, radii))
      return
    }
    let record = try track.record()
    try gallery?.close(record, input: track.sample.input)
    finished.append(record)
    tracks[id] = nil
  }

  private func step(_ search: Search, _ index: Int) throws {
    for outcome in try search.pool.step() {
      guard var track = tracks[outcome.job.id] else { continue }
      var before: Tensor?
      for result in outcome.radii {
        track.sample.spend(search.name, result.radius, attack: search.recipe.name, result.cost)
        guard let example = result.example else { continue }
        // What fooled at one radius is the example of the larger ones as well.
        if Task.Track.countsAtLargerRadii, search.name != .transfer, example.input === before {
          continue
        }
        before = example.input
        if search.name == .transfer {
          try transfers?.store(
            example.input, at: result.radius, of: search.recipe, on: outcome.job)
          try transfer(example.input, example.distance, at: result.radius, search, &track)
        } else {
          try keep(example, at: result.radius, search, &track)
        }
      }
      tracks[outcome.job.id] = track
      try advance(outcome.job.id, from: index + 1)
    }
  }

  /// Records an example that was made on the audited model; one of the 8-bit lattice counts as it is
  /// after a PNG file.
  private func keep(
    _ example: Example, at radius: Radius, _ search: Search, _ track: inout Task.Track
  ) throws {
    let job = track.sample.job(in: search.name, [])
    let isPicture = plan.countsPictures(of: search.recipe)
    let (input, distance) =
      isPicture
      ? try plan.picture(of: example.input, at: radius, of: job) : (example.input, example.distance)
    let (seen, spoken) = try show(
      input, distance, verdict: isPicture ? nil : example, as: search.name, at: radius, search,
      &track)
    for radius in spoken {
      try archive?.keep(seen.input, of: job, as: search.name, at: radius, norm: plan.norm)
    }
  }

  /// Shows the transfer inputs of an earlier audit, and leaves the radii that have none.
  private func reuse(
    _ radii: inout [Radius], _ search: Search, _ track: inout Task.Track
  ) throws {
    guard let transfers, !radii.isEmpty else { return }
    let job = track.sample.job(in: search.name, radii)
    let known = try transfers.entries(of: search.recipe, on: job)
    for radius in radii {
      guard let entry = known[radius] else { continue }
      try transfer(entry.input, entry.distance, at: radius, search, &track)
      track.sample.markReused(at: radius, attack: search.recipe.name)
    }
    radii.removeAll { known[$0] != nil }
  }

  /// Shows an input that was made on another model to the audited one, as float32 and as a PNG.
  private func transfer(
    _ input: Tensor, _ distance: Double, at radius: Radius, _ search: Search,
    _ track: inout Task.Track
  ) throws {
    let job = track.sample.job(in: search.name, [])
    let (_, spoken) = try show(
      input, distance, verdict: nil, as: .transfer, at: radius, search, &track)
    if spoken.contains(radius) {
      try archive?.keep(input, of: job, as: .transfer, at: radius, norm: plan.norm)
    }
    guard plan.storesPictures else { return }
    let (stored, length) = try plan.picture(of: input, at: radius, of: job)
    _ = try show(stored, length, verdict: nil, as: .transferPNG, at: radius, search, &track)
  }

  /// Tests an input on the audited model and records it.
  ///
  /// - Returns: the verdict, and the radii at which the input is now the example of its protocol.
  private func show(
    _ input: Tensor, _ distance: Double, verdict: Example?, as name: AuditProtocol,
    at radius: Radius, _ search: Search, _ track: inout Task.Track
  ) throws -> (seen: Example, spoken: [Radius]) {
    let (recipe, job) = (search.recipe, track.sample.job(in: .whiteBox, []))
    let seen = try task.look(at: input, of: job, distance: distance, verdict: verdict)
    var cost = Cost()
    cost.forward = seen.passes
    track.sample.spend(name, radius, attack: recipe.name, cost)
    let spoken = try track.show(seen, for: search.aim, of: recipe, in: name, at: radius)
    gallery?.offer(seen.example, of: job, as: name, attack: recipe.name, at: radius)
    return (seen.example, spoken)
  }
}

extension Auditor where Task == Classification {
  /// An audit of classification.
  public convenience init(
    _ plan: AuditPlan, archive: AdversarialArchive? = nil, gallery: ExampleGallery? = nil,
    transfers: TransferCache? = nil
  ) {
    self.init(
      Classification(plan), archive: archive, gallery: gallery, transfers: transfers)
  }
}
