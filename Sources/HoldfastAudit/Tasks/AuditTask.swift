public import HoldfastAttacks
public import HoldfastCore
public import HoldfastData
public import HoldfastRecords
public import HoldfastTensor

/// What an audit measures: the truth about a sample, the searches of each attack, the content of a
/// record, and the summary of a run.
///
/// The ``Auditor`` does the rest, which is the same for every task.
public protocol AuditTask {
  /// The state of a sample on its way through the audit.
  associatedtype Track: AuditTrack

  /// The models, the attacks of each protocol, and the threat model.
  var plan: AuditPlan { get set }

  /// Refuses a sample that cannot be judged, before the model sees it.
  func check(_ sample: PreparedSample) throws

  /// The truth about a sample.
  ///
  /// - Parameter prediction: what the audited model says about the unperturbed input.
  func truth(of sample: PreparedSample, _ prediction: Prediction) throws -> SampleTruth

  /// The same for the model that transfer inputs are made on.
  ///
  /// - Parameters:
  ///   - prediction: what that model says about the unperturbed input.
  ///   - truth: the truth for the audited model.
  func sourceTruth(
    of sample: PreparedSample, _ prediction: Prediction, beside truth: SampleTruth
  ) throws -> SampleTruth

  /// The searches that an attack of a protocol makes, in their order.
  func aims(
    of recipe: AttackRecipe, in name: AuditProtocol, keepsExamples: Bool
  ) -> [Track.Aim]

  /// A sample at the beginning of its way.
  ///
  /// - Parameter prediction: what the audited model says about the unperturbed input `(1, …)`.
  func track(
    of id: String, _ input: Tensor, _ prediction: Prediction, truth: SampleTruth,
    sourceTruth: SampleTruth?
  ) throws -> Track

  /// Tests an input `(1, …)` by itself on the audited model, in float32.
  ///
  /// - Parameter verdict: the pool's own test of this very input; nil if there is none.
  /// - Throws: `TorchError` when the model's answer is not finite.
  func look(
    at input: Tensor, of job: AttackJob, distance: Double, verdict: Example?
  ) throws -> Sighting<Track.Detail>

  /// The attack that the masking checks examine; nil when the white-box protocol is not run.
  var checkedAttack: AttackRecipe? { get }

  /// The name of a label or a predicted entry; nil when the class names of the plan hold it.
  func name(of place: Int) -> String?

  /// Adds to a summary what takes all records of a run together; nil when there is nothing to add.
  func summation(
    of plan: PlanRecord
  ) -> ((inout SummaryRecord, [SampleRecord]) throws -> Void)?
}

extension AuditTask {
  /// nil: the class names of the plan say it.
  public func name(of place: Int) -> String? { nil }

  /// nil: a summary is a sum over samples.
  public func summation(
    of plan: PlanRecord
  ) -> ((inout SummaryRecord, [SampleRecord]) throws -> Void)? { nil }

  /// The most searches that an attack of a protocol makes, each with its rule for stopping.
  func stops(of recipe: AttackRecipe, in name: AuditProtocol) -> [StopRule] {
    aims(of: recipe, in: name, keepsExamples: false).map(\.stop)
  }
}

/// The aim of one search of an attack.
public protocol AuditAim {
  /// What counts as success.
  var criterion: any Criterion { get }
  /// When a sample may leave.
  var stop: StopRule { get }
}

/// A sample on its way through an audit: what is known so far, and what is left to search for.
public protocol AuditTrack {
  /// The aim of a search of an attack.
  associatedtype Aim: AuditAim
  /// What a record holds about a tested input beside the verdict.
  associatedtype Detail

  /// Whether ``show(_:for:of:in:at:)`` counts an input at larger radii by itself, so that an input
  /// that answers for several radii is shown once.
  static var countsAtLargerRadii: Bool { get }

  /// The input, the work, and the verdicts of each protocol.
  var sample: SampleTrack { get set }

  /// The radii at which an attack is to search; empty when there is nothing to find.
  func radii(for aim: Aim, of recipe: AttackRecipe, in name: AuditProtocol) -> [Radius]

  /// Takes note of an input that was tested on the audited model.
  ///
  /// - Returns: the radii at which it is now the example of its protocol.
  mutating func show(
    _ seen: Sighting<Detail>, for aim: Aim, of recipe: AttackRecipe, in name: AuditProtocol,
    at radius: Radius
  ) throws -> [Radius]

  /// The line of `samples.jsonl`.
  func record() throws -> SampleRecord
}
