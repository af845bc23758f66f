import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// Sim-CLIP: the embeddings of perturbed and unperturbed inputs are to point the same way.
///
/// The paper means a Siamese network, -½ [cos(f(x̃), sg f(x)) + cos(f(x), sg f(x̃))]; its code compares with
/// the frozen model, so that the second half has no gradient and -½ cos(f(x̃), f₀(x)) is what is minimised.
/// Source: Hossain and Imteaj, 2024; specs: defences, section 1.7.
public struct SimCLIP: TrainingDefense {
  /// `sim-clip`.
  public static let name = "sim-clip"

  /// Which loss is minimised.
  public enum Loss: String, Codable, Hashable, Sendable, CaseIterable {
    /// That of the released code, in effect.
    case effective
    /// That of the paper.
    case siamese
  }

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Ten steps of PGD on the squared distance at 4/255 by default.
  public var inner: InnerSearch
  /// Which loss is minimised.
  public var loss: Loss
  /// Whether the learning rate is that of the README, 1e-3, which is very high for a whole tower.
  public var asReleased: Bool

  /// Sim-CLIP with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil,
    loss: Loss = .effective, asReleased: Bool = false
  ) {
    self.trains = trains
    self.inner = inner ?? InnerSearch(steps: 10, radius: .fourLevels)
    self.loss = loss
    self.asReleased = asReleased
  }

  /// Inputs alone.
  public var needs: Set<TrainingNeed> { [] }

  /// One, against the distance from the frozen model's embedding.
  public var stages: [TrainingStage] {
    [
      TrainingStage(
        inner: inner.attack(SquaredEmbeddingDistance()), comparing: .teacher,
        teacherPasses: loss == .effective ? 1 : 0, studentPasses: loss == .effective ? 1 : 2)
    ]
  }

  /// AdamW at 1e-5, or at 1e-3 as released, with a decay of 1e-5 and a cosine after 1,400 steps.
  public var optimization: Optimization {
    Optimization(
      .adamW(), learningRate: asReleased ? 1e-3 : 1e-5, warmup: .share(0.14), decay: 1e-5)
  }

  /// 10,000 steps of 64.
  public var length: TrainingLength { TrainingLength(batchSize: 64, .steps(10_000)) }

  /// Minus half of a cosine, or of two.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let perturbed = try step.student.embedding(.adversarial).normalized()
    switch loss {
    case .effective:
      let frozen = try step.teacher.embedding(.clean).normalized()
      return [Term("cosine", try (perturbed * frozen).sum([1]).mean(), weight: -0.5)]
    case .siamese:
      let clean = try step.student.embedding(.clean).normalized()
      return [
        Term("cosine", try (perturbed * clean.detached()).sum([1]).mean(), weight: -0.5),
        Term("clean-cosine", try (clean * perturbed.detached()).sum([1]).mean(), weight: -0.5),
      ]
    }
  }
}

extension DefenseTable {
  /// The entry of Sim-CLIP in the table of defences.
  static let simCLIP = DefenseEntry(
    training: SimCLIP(), summary: "embeddings of perturbed inputs keep their direction",
    source: "Hossain and Imteaj, 2024", options: ["loss=effective|siamese", "as-released=false"],
    make: { (spelling, plain) throws(UsageError) in
      SimCLIP(
        inner: try spelling.takeInner(plain.inner),
        loss: try spelling.take("loss", "effective or siamese") { SimCLIP.Loss(rawValue: $0) }
          ?? plain.loss,
        asReleased: try spelling.takeFlag("as-released", default: plain.asReleased))
    })
}
