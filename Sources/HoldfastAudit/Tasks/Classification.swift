public import HoldfastAttacks
public import HoldfastCore
public import HoldfastData
public import HoldfastRecords
public import HoldfastTensor

/// The audit of a classifier: a sample stands while its true class is on top.
///
/// A sample that is wrong when clean counts as not robust, and is not attacked.
public struct Classification: AuditTask {
  /// The models, the attacks of each protocol, and the threat model.
  public var plan: AuditPlan

  /// The audit of `plan`, whose subjects have a head over classes.
  public init(_ plan: AuditPlan) {
    self.plan = plan
  }

  /// Refuses a label outside the classes.
  public func check(_ sample: PreparedSample) throws {
    let classes = plan.subject.head?.classCount ?? 0
    guard (0..<classes).contains(sample.label) else {
      throw DataError(
        "has the label \(sample.label), but there are \(classes) classes", in: sample.id,
        hint: "give the class names of this data set with --classes")
    }
  }

  /// The label, and the target class if there is one.
  public func truth(
    of sample: PreparedSample, _ prediction: Prediction
  ) throws -> SampleTruth {
    try plan.aimed(
      SampleTruth(label: sample.label, of: prediction, goal: plan.goal), sample.id)
  }

  /// The label, and the target of the audited model's truth if there is one.
  public func sourceTruth(
    of sample: PreparedSample, _ prediction: Prediction, beside truth: SampleTruth
  ) throws -> SampleTruth {
    let theirs = try SampleTruth(label: sample.label, of: prediction, goal: plan.goal)
    return target(of: truth).map(theirs.aiming) ?? theirs
  }

  /// One search; empty for a screen in the transfer protocol, which spends whole budgets.
  public func aims(
    of recipe: AttackRecipe, in name: AuditProtocol, keepsExamples: Bool
  ) -> [ClassificationAim] {
    if name == .transfer, recipe.isScreen { return [] }
    return [
      ClassificationAim(
        criterion: plan.criterion, stop: plan.stop(of: name, keepsExamples: keepsExamples))
    ]
  }

  /// A sample with its clean verdict.
  public func track(
    of id: String, _ input: Tensor, _ prediction: Prediction, truth: SampleTruth,
    sourceTruth: SampleTruth?
  ) throws -> ClassificationTrack {
    let job = AttackJob(id: id, input: input, truth: truth, radii: [])
    let verdict = try Verifier(subject: plan.subject).judge(
      prediction, of: input, job: job, distance: 0)
    let seen = try Sighting(verdict, (), passes: 0, of: id).example
    return ClassificationTrack(
      sample: SampleTrack(
        id: id, input: input, clean: CleanRecord(seen), truth: truth, sourceTruth: sourceTruth,
        plan: plan))
  }

  /// The pool's verdict as it is, or a new test of an input that the pool has not tested.
  public func look(
    at input: Tensor, of job: AttackJob, distance: Double, verdict: Example?
  ) throws -> Sighting<Void> {
    if let verdict { return try Sighting(verdict, (), passes: 0, of: job.id) }
    let verifier = Verifier(subject: plan.subject, criterion: plan.criterion)
    let example = try verifier.test(
      input, job: job, target: target(of: job.truth), distance: distance)
    return try Sighting(example, (), passes: verifier.passes, of: job.id)
  }

  /// The first of the white-box attacks that follows a gradient inside the ball, else Auto-PGD on
  /// cross-entropy.
  public var checkedAttack: AttackRecipe? {
    guard let attacks = plan.attacks[.whiteBox], !attacks.isEmpty else { return nil }
    let named = attacks.first {
      !$0.isScreen && !$0.needsGoal && $0.attack.reach == .ball && $0.attack.followsGradient
    }
    let usual: any Attack = plan.norm == .l1 ? SparseAPGD() : APGD()
    return named ?? AttackRecipe(name: "apgd-ce", attack: usual, objective: CrossEntropy())
  }

  /// The target class of a sample.
  private func target(of truth: SampleTruth) -> Int? {
    plan.target == nil ? nil : truth.rivals.first
  }
}

/// The one search that an attack on a classifier makes.
public struct ClassificationAim: AuditAim {
  /// Another class on top, or the target.
  public let criterion: any Criterion
  /// At the first success, or after the whole budget for inputs that are kept or transferred.
  public let stop: StopRule
}

/// A sample on its way through an audit of a classifier.
public struct ClassificationTrack: AuditTrack {
  /// false: each radius has an example of its own.
  public static let countsAtLargerRadii = false

  /// The input, the work, and the verdicts of each protocol.
  public var sample: SampleTrack

  /// All radii for a transfer input, else those at which the protocol has not fooled the model yet;
  /// empty for a sample that is wrong when clean.
  public func radii(
    for aim: ClassificationAim, of recipe: AttackRecipe, in name: AuditProtocol
  ) -> [Radius] {
    name == .transfer
      ? (sample.clean.correct ? sample.radii : []) : sample.standing(name)
  }

  /// Takes note of an example at its radius.
  public mutating func show(
    _ seen: Sighting<Void>, for aim: ClassificationAim, of recipe: AttackRecipe,
    in name: AuditProtocol, at radius: Radius
  ) throws -> [Radius] {
    try sample.show(name, radius, attack: recipe.name, seen.example) ? [radius] : []
  }

  /// The line of `samples.jsonl`.
  public func record() throws -> SampleRecord { try sample.record() }
}

extension CleanRecord {
  /// The verdict on an unperturbed input.
  init(_ seen: Example) {
    self.init(predicted: seen.predicted, margin: seen.margin, correct: seen.margin < 0)
  }
}
