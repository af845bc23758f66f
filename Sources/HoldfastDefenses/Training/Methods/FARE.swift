import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// FARE: perturbed inputs are to keep the embedding that the model gave the unperturbed ones.
///
/// The loss is the mean over the batch of ‖f(x̃) - f₀(x)‖², at the lengths that embeddings have, and the
/// inner attack raises the same. It needs no labels, so the space stays what it was. Source: Schlarmann et
/// al., 2024; specs: defences, section 1.1. At a radius of 2/255 the release keeps the length of
/// its steps, 1/255: `step=0.5`.
public struct FARE: TrainingDefense {
  /// `fare`.
  public static let name = "fare"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Ten steps of PGD, 1/255 each, at 4/255 by default.
  ///
  /// The release gives its steps a momentum of 0.9, which changes no sign and so nothing in Linf.
  public var inner: InnerSearch

  /// FARE with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil
  ) {
    self.trains = trains
    self.inner = inner ?? InnerSearch(steps: 10, radius: .fourLevels)
  }

  /// Inputs alone.
  public var needs: Set<TrainingNeed> { [] }

  /// One, against the distance from the frozen model's embedding.
  public var stages: [TrainingStage] { [.embedding(inner)] }

  /// AdamW at 1e-5, as the README of the release has it.
  public var optimization: Optimization { .fare }

  /// 20,000 steps of 128.
  public var length: TrainingLength { .fare }

  /// The distance.
  public func terms(_ step: TrainingStep) throws -> [Term] { [try step.embeddingTerm()] }
}

extension TrainingStage {
  /// FARE's stage, which other methods share.
  static func embedding(
    _ inner: InnerSearch, _ name: String = "train", share: Double = 1
  ) -> TrainingStage {
    TrainingStage(
      name, share: share, inner: inner.attack(SquaredEmbeddingDistance()), comparing: .teacher,
      teacherPasses: 1, studentPasses: 1)
  }
}

extension TrainingStep {
  /// Mean ‖f(x̃) - f₀(x)‖² over the samples; the sum over the coordinates, not their mean.
  func embeddingTerm() throws(TorchError) -> Term {
    let distance = try (student.embedding(.adversarial) - teacher.embedding(.clean)).squared()
    return Term("embedding", try distance.sum([1]).mean())
  }
}

extension Optimization {
  /// The recipe of FARE's README: AdamW at 1e-5, decay 1e-4, a cosine after 1,400 of 20,000 steps.
  static let fare = Optimization(.adamW(), learningRate: 1e-5, warmup: .share(0.07), decay: 1e-4)

  /// The recipe of TeCoA and of what follows it: SGD with momentum, no decay, a cosine after 1,000 steps.
  static func teCoA(_ rate: Double) -> Optimization {
    Optimization(.sgd(momentum: 0.9), learningRate: rate, warmup: .steps(1_000), decay: 0)
  }
}

extension TrainingLength {
  /// 20,000 steps of 128, two passes over ImageNet.
  static let fare = TrainingLength(batchSize: 128, .steps(20_000))
}

extension Radius {
  /// 4/255.
  static let fourLevels = Radius("4/255") ?? Radius(4.0 / 255)
  /// 1/255.
  static let oneLevel = Radius("1/255") ?? Radius(1.0 / 255)
  /// 8/255.
  static let eightLevels = Radius("8/255") ?? Radius(8.0 / 255)
}

extension DefenseTable {
  /// The entry of FARE in the table of defences.
  static let fare = DefenseEntry(
    training: FARE(), summary: "perturbed inputs keep the embedding of the unperturbed ones",
    source: "Schlarmann et al., 2024",
    make: { (spelling, plain) throws(UsageError) in
      FARE(inner: try spelling.takeInner(plain.inner))
    })
}
