import HoldfastAttacks
public import HoldfastCore
public import HoldfastData
public import HoldfastRecords
import HoldfastTensor

/// Runs an audit of retrieval: inputs go in at one end, and a record comes out for each.
///
/// Each attack meets an input several times. First the whole budget is spent at each radius, on
/// every input, found or not when clean: the input of highest loss, among those that lose R@1 if
/// there are any, is what the other side will see in its place. Then the attack is run again for
/// each k in turn, on the inputs that still find a partner among the best k: it stops once all
/// partners are out of them. So R@1, R@5 and R@10 are worst cases each in its own right, over every
/// point that the attack passes.
public final class RetrievalAuditor {
  /// The k of R@k.
  public static let ranks = [1, 5, 10]

  private let plan: AuditPlan
  private let gallery: Gallery
  private let sighting: Sighting
  private let archive: AdversarialArchive?
  private let attacks: [String]
  private let stages: [Stage]
  private var tracks: [String: RetrievalTrack] = [:]
  private var finished: [SampleRecord] = []

  /// One attack with one aim.
  private struct Stage {
    let name: AuditProtocol
    /// The place among all attacks.
    let attack: Int
    /// The k whose loss is a success; none for the run that spends the whole budget.
    let rank: Int?
    let pool: any AttackStage
  }

  /// An audit of `plan`, whose subject has a head over `gallery`; examples are kept in `archive`.
  ///
  /// - Throws: `UsageError` where two attacks have one name.
  public init(
    _ plan: AuditPlan, gallery: Gallery, archive: AdversarialArchive? = nil
  ) throws(UsageError) {
    self.plan = plan
    self.archive = archive
    self.gallery = gallery
    sighting = Sighting(plan.subject)
    var names: [String] = []
    var stages: [Stage] = []
    for name in plan.recorded {
      for recipe in plan.attacks[name] ?? [] {
        guard !names.contains(recipe.name) else {
          throw UsageError("the attack `\(recipe.name)` is given twice", hint: "give it once")
        }
        names.append(recipe.name)
        for rank in [nil] + Self.ranks.map(Optional.some) {
          let settings = PoolSettings(
            subject: plan.subject, criterion: RankLost(rank: rank ?? 1), norm: plan.norm,
            stop: rank == nil ? .fullBudget : .firstSuccess, budgets: plan.budgets,
            slots: plan.slots, seed: plan.seed, isGallery: true)
          stages.append(
            Stage(
              name: name, attack: names.count - 1, rank: rank, pool: recipe.stage(settings)))
        }
      }
    }
    attacks = names
    self.stages = stages
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

  /// Takes in as many fresh samples as share a batch; true once there are no more.
  private func admit(_ next: () throws -> PreparedSample?) throws -> Bool {
    for _ in 0..<plan.slots {
      guard let sample = try next() else { return true }
      try enter(sample)
    }
    return false
  }

  /// Ranks the gallery for an unperturbed input by itself.
  private func enter(_ sample: PreparedSample) throws {
    let partners = try gallery.partners(of: sample.id)
    guard tracks[sample.id] == nil else {
      throw DataError(
        "comes twice in the data set", in: sample.id, hint: "ids of samples must be unique")
    }
    guard partners.count < gallery.count else {
      throw DataError(
        "has the whole gallery for partners, so there is nothing to confuse it with",
        in: sample.id, hint: "add other pairs, or distractors with --gallery")
    }
    let input = try sample.tensor(for: plan.subject.encoder.input)
    let prediction = try sighting.predict(input, of: sample.id)
    let truth = try SampleTruth(label: partners[0], partners: partners, of: prediction)
    let job = AttackJob(id: sample.id, input: input, truth: truth, radii: [])
    let (seen, point) = try sighting.look(at: input, prediction, of: job, distance: 0)
    let clean = CleanRecord(
      predicted: seen.predicted, margin: seen.margin, correct: seen.margin < 0)
    tracks[sample.id] = RetrievalTrack(
      SampleTrack(
        id: sample.id, input: input, clean: clean, truth: truth, sourceTruth: nil, plan: plan),
      clean: point, attacks: attacks.count, plan: plan)
    try advance(sample.id, from: 0)
  }

  /// Hands a sample to the next stage that has something to do with it, or finishes it.
  private func advance(_ id: String, from first: Int) throws {
    guard let track = tracks[id] else { return }
    let truth = track.track.truth
    let rivals = gallery.count - truth.partners.count
    for stage in stages.dropFirst(first) {
      let radii = stage.rank.map { k in
        // Among k entries there is always a partner where there are fewer than k rivals.
        let smaller = Self.ranks.last { $0 < k } ?? 0
        return rivals < k ? [] : track.standing(stage.attack, at: k, beyond: smaller)
      }
      guard radii?.isEmpty != true else { continue }
      stage.pool.submit(
        AttackJob(id: id, input: track.track.input, truth: truth, radii: radii ?? plan.radii))
      return
    }
    finished.append(try track.record(plan.recorded, attacks: attacks))
    tracks[id] = nil
  }

  private func step(_ index: Int) throws {
    let stage = stages[index]
    let attack = stage.pool.recipe.name
    for outcome in try stage.pool.step() {
      guard var track = tracks[outcome.job.id] else { continue }
      var before: Tensor?
      for result in outcome.radii {
        var cost = result.cost
        // What fooled at one radius is the example of the larger ones as well.
        if let example = result.example, example.input !== before {
          before = example.input
          let (input, distance) =
            plan.countsPictures(of: stage.pool.recipe)
            ? try plan.picture(of: example, at: result.radius, of: outcome.job)
            : (example.input, example.distance)
          let (seen, point) = try sighting.look(
            at: input, sighting.predict(input, of: outcome.job.id), of: outcome.job,
            distance: distance)
          cost.forward += sighting.passes
          let spoken = try track.show(
            stage.name, result.radius, stage.attack, named: attack, seen, point,
            isWholeBudget: stage.rank == nil)
          for radius in spoken {
            try archive?.keep(seen, of: outcome.job, as: stage.name, at: radius, norm: plan.norm)
          }
        }
        track.spend(stage.name, result.radius, attack: attack, cost)
      }
      tracks[outcome.job.id] = track
      try advance(outcome.job.id, from: index + 1)
    }
  }
}
