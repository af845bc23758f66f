public import HoldfastTensor

/// Squared Euclidean distance of the unit embedding from the unperturbed one, which is 2 - 2 cos.
///
/// It needs no label and no anchors (specs: defences, section 7).
public struct EmbeddingDistance: Objective {
  /// `embedding-distance`.
  public static let name = "embedding-distance"
  /// The loss itself.
  public static let formula = "2 - 2 cos(e, clean e)"

  /// The objective; it has no parameters.
  public init() {}

  /// The distance of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let moved = try prediction.embedding.to(.float32).normalized()
    let clean = try truth.cleanEmbedding.to(.float32).normalized()
    return try (moved - clean).squared().sum([1])
  }

  /// True: the distance has its minimum there.
  public var isFlatAtCleanInput: Bool { true }
}

/// Squared Euclidean distance of the embedding from the unperturbed one, at the lengths they have.
///
/// It needs no label and no anchors. FARE trains against it (Schlarmann et al., 2024; specs:
/// defences, section 1.1), and tuned towers must face it (section 7).
public struct SquaredEmbeddingDistance: Objective {
  /// `embedding-l2`.
  public static let name = "embedding-l2"
  /// The loss itself.
  public static let formula = "‖e - clean e‖²"

  /// The objective; it has no parameters.
  public init() {}

  /// The squared distance of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try (prediction.embedding.to(.float32) - truth.cleanEmbedding.to(.float32)).squared().sum([1])
  }

  /// True: the distance has its minimum there.
  public var isFlatAtCleanInput: Bool { true }
}

/// The cosine to a given embedding, of any modality.
///
/// Adversarial Illusions (Zhang et al., 2023) minimise 1 minus it.
public struct GoalCosine: Objective {
  /// `goal-cosine`.
  public static let name = "goal-cosine"
  /// The loss itself.
  public static let formula = "cos(e, goal)"

  /// The objective; it has no parameters.
  public init() {}

  /// The cosine of each sample to its goal.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let embedding = prediction.embedding
    guard let goal = truth.goal else {
      throw TorchError(
        code: .shape, operation: "goal-cosine", message: "the samples have no embedding to aim at")
    }
    guard goal.shape == embedding.shape else {
      throw TorchError(
        code: .shape, operation: "goal-cosine",
        message:
          "the embeddings to aim at are \(goal.shape), and those of the model \(embedding.shape)")
    }
    return try embedding.to(.float32).normalized().times(goal.to(.float32).normalized())
  }

  /// True: the goal is the embedding.
  public var needsGoal: Bool { true }
}

/// Minus the logit of the true class: a pure cosine, which ignores all other anchors.
///
/// CrossMaxim's loss when the anchor is the paired embedding (CALMARS, section 3.3). With several
/// true partners it is minus the mean of their logits.
public struct TruthCosine: Objective {
  /// `cosine`.
  public static let name = "cosine"
  /// The loss itself.
  public static let formula = "-z_y; the mean of several true partners"

  /// The objective; it has no parameters.
  public init() {}

  /// Minus the logit of each sample's truth.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("cosine")
    guard let partners = truth.partners else { return try -logits.entry(truth.labels) }
    let mask = try partners.to(.float32)
    return try -(logits * mask).sum([1]) / mask.sum([1])
  }

  /// The logit of the target.
  public var towardsTarget: (any Objective)? { TargetCosine() }
}

/// The logit of the class or entry that a run aims at.
///
/// CrossFire's loss when the target is the hardest negative of the index.
public struct TargetCosine: Objective {
  /// `target-cosine`.
  public static let name = "target-cosine"
  /// The loss itself.
  public static let formula = "z_t"

  /// The objective; it has no parameters.
  public init() {}

  /// The logit of each sample's target.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try prediction.requireLogits("target-cosine").entry(truth.targets)
  }

  /// The same objective, which serves targeted attacks as it is.
  public var towardsTarget: (any Objective)? { self }
}

extension Tensor {
  /// The inner product of each row with its partner: `(B, D)` gives `(B)`.
  func times(_ other: Tensor) throws(TorchError) -> Tensor { try (self * other).sum([1]) }
}
