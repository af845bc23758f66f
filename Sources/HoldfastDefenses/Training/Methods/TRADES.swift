import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// TRADES: unperturbed inputs are to be classified right, and perturbed ones alike.
///
/// L = CE(p(x), y) + β · KL(p(x) ‖ p(x̃)), with gradients through both answers; the inner attack raises
/// the divergence from beside the input. Source: Zhang et al., 2019; specs: defences, section
/// 1.3. The optimiser is FARE's, as this trains an encoder that is good already; the release trains small
/// networks from scratch.
public struct TRADES: TrainingDefense {
  /// `trades`.
  public static let name = "trades"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Ten steps of PGD from normal noise of 0.001, each 0.007 / 0.031 of the radius, by default.
  public var inner: InnerSearch
  /// The weight β of the divergence.
  public var beta: Double

  /// TRADES with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full,
    inner: InnerSearch? = nil,
    beta: Double = 6
  ) {
    self.trains = trains
    self.inner =
      inner
      ?? InnerSearch(steps: 10, relativeStep: 0.007 / 0.031, start: .nearby, radius: .fourLevels)
    self.beta = beta
  }

  /// Labels.
  public var needs: Set<TrainingNeed> { [.labels] }

  /// One, against the divergence from the model's own answer, which is computed once a step.
  public var stages: [TrainingStage] {
    [
      TrainingStage(
        inner: inner.attack(CleanDivergence()), comparing: .student, studentPasses: 2)
    ]
  }

  /// As FARE.
  public var optimization: Optimization { .fare }

  /// As FARE.
  public var length: TrainingLength { .fare }

  /// The cross-entropy of unperturbed inputs, and the divergence.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let apart = try step.student.logits(.clean).divergence(to: step.student.logits(.adversarial))
    return [
      try step.crossEntropyTerm(.clean, "clean-cross-entropy"),
      Term("divergence", try apart.mean(), weight: beta),
    ]
  }
}

extension DefenseTable {
  /// The entry of TRADES in the table of defences.
  static let trades = DefenseEntry(
    training: TRADES(), summary: "unperturbed inputs classified right, and perturbed ones alike",
    source: "Zhang et al., 2019", options: ["beta=6"],
    make: { (spelling, plain) throws(UsageError) in
      TRADES(
        inner: try spelling.takeInner(plain.inner),
        beta: try spelling.takeWeight("beta", default: plain.beta))
    })
}
