import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// Shallow hardening: FARE's loss on what makes tokens and on the first block alone.
///
/// Our own: Nie et al., 2026, section 3, find what makes a tower robust in its first layers. The deep
/// layers stay as they are, so the space should move less; what it is worth is measured, not known.
public struct ShallowHardening: TrainingDefense {
  /// `shallow`.
  public static let name = "shallow"

  /// The part of the tower that is trained; the shallow part by default.
  public var trains: TrainedPart
  /// Ten steps of PGD at 4/255 by default.
  public var inner: InnerSearch
  /// The weight of a second term, ‖f(x) - f₀(x)‖² of unperturbed inputs; 0, the default, saves its pass.
  public var cleanWeight: Double

  /// Shallow hardening with the given hyper-parameters.
  public init(
    trains: TrainedPart = .shallow,
    inner: InnerSearch? = nil, cleanWeight: Double = 0
  ) {
    self.trains = trains
    self.inner = inner ?? InnerSearch(steps: 10, radius: .fourLevels)
    self.cleanWeight = cleanWeight
  }

  /// Inputs alone.
  public var needs: Set<TrainingNeed> { [] }

  /// One, against the distance from the frozen model's embedding.
  public var stages: [TrainingStage] {
    [
      TrainingStage(
        inner: inner.attack(SquaredEmbeddingDistance()), comparing: .teacher, teacherPasses: 1,
        studentPasses: cleanWeight == 0 ? 1 : 2)
    ]
  }

  /// AdamW at 1e-4, as few weights move; otherwise as FARE.
  public var optimization: Optimization {
    Optimization(.adamW(), learningRate: 1e-4, warmup: .share(0.07), decay: 1e-4)
  }

  /// As FARE.
  public var length: TrainingLength { .fare }

  /// The distance of perturbed inputs, and that of unperturbed ones if it has a weight.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let term = try step.embeddingTerm()
    guard cleanWeight != 0 else { return [term] }
    let drift = try (step.student.embedding(.clean) - step.teacher.embedding(.clean)).squared()
    return [term, Term("clean-embedding", try drift.sum([1]).mean(), weight: cleanWeight)]
  }
}

extension DefenseTable {
  /// The entry of shallow hardening in the table of defences.
  static let shallow = DefenseEntry(
    training: ShallowHardening(),
    summary: "FARE on what makes tokens and the first block; deep layers stay",
    source: "our own; after Nie et al., 2026", options: ["clean=0"],
    make: { (spelling, plain) throws(UsageError) in
      ShallowHardening(
        inner: try spelling.takeInner(plain.inner),
        cleanWeight: try spelling.takeWeight("clean", default: plain.cleanWeight))
    })
}
