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
  public init(trains: TrainedPart = .full, inner: InnerSearch? = nil) {
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

extension DefenseTable {
  /// The entry of FARE in the table of defences.
  static let fare = DefenseEntry(
    training: FARE(), summary: "perturbed inputs keep the embedding of the unperturbed ones",
    source: "Schlarmann et al., 2024",
    make: { (spelling, plain) throws(UsageError) in
      FARE(inner: try spelling.takeInner(plain.inner))
    })
}
