import HoldfastAttacks
import HoldfastCore
public import HoldfastData
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

  /// Measures `plan` on samples that share a batch, of which there is at least one.
  ///
  /// - Parameter gallery: what is searched, in an audit of retrieval. There each attack is run once
  ///   with its whole budget and once for each k of R@k.
  public init(
    _ plan: AuditPlan, gallery: Gallery? = nil, on samples: [PreparedSample]
  ) throws {
    let classes = plan.subject.head?.classCount ?? 0
    let passes = gallery == nil ? 1 : 1 + RetrievalAuditor.ranks.count
    batch = samples.count
    let began = ContinuousClock.now
    let jobs = try Self.jobs(samples, plan, gallery)
    cleanSeconds =
      (ContinuousClock.now - began) / .seconds(1) / Double(max(1, samples.count))
    var rows: [Row] = []
    for name in [AuditProtocol.transfer, .whiteBox, .adaptive] {
      let isTransfer = name == .transfer
      guard let subject = isTransfer ? plan.transferSource : plan.subject else { continue }
      let stop = plan.stop(of: name, keepsExamples: false)
      var settings = PoolSettings(
        subject: subject, norm: plan.norm, stop: stop, budgets: plan.budgets, slots: plan.slots,
        seed: plan.seed, isGallery: gallery != nil)
      if gallery != nil { settings.criterion = RankLost(rank: 1) }
      for recipe in plan.attacks[name] ?? [] where !(isTransfer && recipe.isScreen) {
        settings.search = isTransfer ? nil : plan.search(of: recipe)
        let cost = try recipe.measureStep(on: jobs, settings)
        let runs =
          passes
          * recipe.runsOfSurvivor(
            classes: classes, radii: plan.radii.count, budgets: plan.budgets, stop: stop)
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

  private static func jobs(
    _ samples: [PreparedSample], _ plan: AuditPlan, _ gallery: Gallery?
  ) throws -> [AttackJob] {
    let verifier = Verifier(subject: plan.subject)
    return try samples.map { sample in
      let input = try sample.tensor(for: plan.subject.encoder.input)
      let prediction = try verifier.predict(input, of: sample.id)
      let truth =
        if let partners = try gallery.map({ try $0.partners(of: sample.id) }) {
          try SampleTruth(label: partners[0], partners: partners, of: prediction)
        } else {
          try plan.aimed(
            SampleTruth(label: sample.label, of: prediction, goal: plan.goal), sample.id)
        }
      return AttackJob(id: sample.id, input: input, truth: truth, radii: plan.radii)
    }
  }
}
