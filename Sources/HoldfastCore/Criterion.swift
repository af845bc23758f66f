public import HoldfastTensor

/// What counts as success.
public protocol Criterion: Codable, Hashable, Sendable {
  /// The name in tables and records.
  static var name: String { get }

  /// How far each sample is past success, in logits: `(B)`; positive for a success.
  func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor
}

/// Any class but a true one is on top: max over j ≠ y of z_j, minus z_y.
public struct Misclassification: Criterion {
  /// `misclassification`.
  public static let name = "misclassification"

  /// The criterion; it has no parameters.
  public init() {}

  /// The margin of each sample; a tie does not count as success.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("misclassification")
    return try truth.rivals(in: logits).max([1]) - truth.best(of: logits)
  }
}

/// The class that the run aims at is alone on top: z_t, minus the max over j ≠ t of z_j.
public struct TargetReached: Criterion {
  /// `target-reached`.
  public static let name = "target-reached"

  /// The criterion; it has no parameters.
  public init() {}

  /// The margin of each sample.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try TargetLead().loss(prediction, truth)
  }
}

/// No true partner is among the `rank` best entries of a retrieval index.
public struct RankLost: Criterion {
  /// `rank-lost`.
  public static let name = "rank-lost"

  /// The number of entries that are looked at: 1 for R@1.
  public var rank: Int

  /// The criterion of R@`rank`.
  public init(rank: Int = 1) {
    self.rank = rank
  }

  /// How far the `rank`-th best rival is above the best true partner.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("rank-lost")
    let ahead = try truth.rivals(in: logits).top(min(rank, logits.shape[1]), 1).values
    return try ahead.select(1, -1) - truth.best(of: logits)
  }
}

/// The embedding has left its unperturbed place: `threshold` minus the cosine to it.
public struct EmbeddingLost: Criterion {
  /// `embedding-lost`.
  public static let name = "embedding-lost"

  /// The cosine below which the embedding counts as another.
  public var threshold: Double

  /// The criterion of the given cosine.
  public init(threshold: Double) {
    self.threshold = threshold
  }

  /// How far each cosine is below the threshold.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try -prediction.embedding.to(.float32).normalized()
      .times(truth.cleanEmbedding.to(.float32).normalized()) + threshold
  }
}

/// The embedding has come to its goal: the cosine to it, minus `threshold`.
public struct GoalReached: Criterion {
  /// `goal-reached`.
  public static let name = "goal-reached"

  /// The cosine above which the embedding counts as the goal's.
  public var threshold: Double

  /// The criterion of the given cosine.
  public init(threshold: Double) {
    self.threshold = threshold
  }

  /// How far each cosine is above the threshold.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try GoalCosine().loss(prediction, truth) - threshold
  }
}
