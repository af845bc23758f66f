import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// RLBind: FARE first, then classification whose scores perturbations may not change.
///
/// The first stage is FARE's loss. The second is CE(s c(x), y) + CE(s c(x̃), y) + λ · CMA, with c(x) the
/// cosines of the embedding with all anchors, and CMA how far those of perturbed and unperturbed inputs are
/// apart. One modality is trained at a time, by adapters. Source: RLBind (arXiv 2509.14383);
/// specs: defences, section 1.8. The paper leaves out λ, rank, learning rate and the attack's steps; ours are
/// those of the spec.
public struct RLBind: TrainingDefense {
  /// `rlbind`.
  public static let name = "rlbind"

  /// The part of the tower that is trained; adapters of rank 16 on every attention by default.
  public var trains: TrainedPart
  /// Ten steps of Auto-PGD from the input, at 4/255, by default.
  public var inner: InnerSearch
  /// The weight λ of the correspondence of scores.
  public var lambda: Double
  /// Whether the squared differences of cosines are summed as the paper's formula reads; else their
  /// mean over the classes is taken of logits, which does not depend on the number of classes.
  public var asRead: Bool
  /// The share of the steps that the first stage has.
  public var firstShare: Double

  /// RLBind with the given hyper-parameters; λ is 0.1, or 1 as read.
  public init(
    trains: TrainedPart = .lora(size: .standard, targets: TrainedPart.standardTargets),
    inner: InnerSearch? = nil,
    lambda: Double? = nil, asRead: Bool = false, firstShare: Double = 0.5
  ) {
    self.trains = trains
    self.inner = inner ?? InnerSearch(.apgd, steps: 10, start: .input, radius: .fourLevels)
    self.lambda = lambda ?? (asRead ? 1 : 0.1)
    self.asRead = asRead
    self.firstShare = firstShare
  }

  /// Labels, for the second stage.
  public var needs: Set<TrainingNeed> { [.labels] }

  /// Alignment of embeddings, then of scores.
  public var stages: [TrainingStage] {
    [
      .embedding(inner, "embeddings", share: firstShare),
      .crossEntropy(inner, "scores", share: 1 - firstShare, studentPasses: 2),
    ]
  }

  /// AdamW at 1e-4, decay 1e-4, a cosine after 5 % of warm-up.
  public var optimization: Optimization {
    Optimization(.adamW(), learningRate: 1e-4, warmup: .share(0.05), decay: 1e-4)
  }

  /// An epoch of 128 for each stage.
  public var length: TrainingLength { TrainingLength(batchSize: 128, .epochs(2)) }

  /// The terms of the stage.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    guard step.stage > 0 else { return [try step.embeddingTerm()] }
    let (clean, perturbed) = (
      try step.student.logits(.clean), try step.student.logits(.adversarial)
    )
    let apart = try (clean - perturbed).squared()
    let scale = step.head?.scale ?? 1
    let alignment =
      asRead ? try apart.sum([1]) / (scale * scale) : try apart.mean([1])
    return [
      try step.crossEntropyTerm(.clean, "clean-cross-entropy"),
      try step.crossEntropyTerm(.adversarial),
      Term("score-alignment", try alignment.mean(), weight: lambda),
    ]
  }
}

extension DefenseTable {
  /// The entry of RLBind in the table of defences.
  static let rlBind = DefenseEntry(
    training: RLBind(),
    summary: "FARE, then classification whose scores perturbations may not change, by adapters",
    source: "RLBind, 2025 (arXiv 2509.14383)",
    options: ["lambda=0.1 (1 as read)", "as-read=false", "first=0.5"],
    make: { (spelling, plain) throws(UsageError) in
      RLBind(
        inner: try spelling.takeInner(plain.inner),
        lambda: try spelling.takeNumber("lambda", "a number of at least 0") { $0 >= 0 },
        asRead: try spelling.takeFlag("as-read", default: plain.asRead),
        firstShare: try spelling.takeNumber("first", "a share from 0 to 1") {
          (0...1).contains($0)
        } ?? plain.firstShare)
    })
}
