public import HoldfastTensor

/// Minus the logit of the label alone, whatever other true partners the index holds.
///
/// CrossMaxim's loss: a pure cosine to the paired embedding (CALMARS, section 3.3, equation 17).
/// ``TruthCosine`` is the same for all true partners.
public struct PairCosine: Objective {
  /// `pair-cosine`.
  public static let name = "pair-cosine"
  /// The loss itself.
  public static let formula = "-z_y, of the pair alone"

  /// The objective; it has no parameters.
  public init() {}

  /// Minus the logit of each sample's first true partner.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try -prediction.requireLogits("pair-cosine").entry(truth.labels)
  }
}

/// The margin of R@`rank`: how far the `rank`-th best rival is above the best true partner.
///
/// At rank 1 it is the ``Margin`` (specs: attacks, section 1.9). If there are fewer rivals than
/// that, the lowest takes its place, so that there is always a gradient.
public struct RankMargin: Objective {
  /// `rank-margin`.
  public static let name = "rank-margin"
  /// The loss itself.
  public static let formula = "the k-th largest rival z_j, minus the largest true z_y"

  /// The number of entries of a retrieval index that are looked at: 1 for R@1.
  public var rank: Int

  /// The margin of R@`rank`.
  public init(rank: Int = 1) {
    self.rank = rank
  }

  /// The margin of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("rank-margin")
    let entries = logits.shape[1]
    let best = try truth.rivals(in: logits).top(min(rank, entries), 1).values
    var trueOnes = try truth.labels * 0 + 1
    if let partners = truth.partners { trueOnes = try partners.to(.int64).sum([1]) }
    let rivals = try (-trueOnes + Double(entries)).minimum(Double(best.shape[1]))
    let last = try (rivals - 1).maximum(0).to(.int64)
    return try best.entry(last) - truth.best(of: logits)
  }
}
