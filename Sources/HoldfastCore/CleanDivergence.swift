public import HoldfastTensor

/// How far the answer is from the one for the unperturbed input: KL(clean p ‖ p) of their softmax.
///
/// The inner loss of TRADES (Zhang et al., 2019; specs: defences, section 1.3).
public struct CleanDivergence: Objective {
  /// `clean-divergence`.
  public static let name = "clean-divergence"
  /// The loss itself.
  public static let formula = "Σ clean p (log clean p - log p)"

  /// The objective; it has no parameters.
  public init() {}

  /// The divergence of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    guard let clean = truth.cleanLogits else {
      throw TorchError(
        code: .shape, operation: "clean-divergence",
        message: "the truth has no logits of the unperturbed inputs")
    }
    return try clean.divergence(to: prediction.requireLogits("clean-divergence"))
  }

  /// True: the divergence has its minimum there.
  public var isFlatAtCleanInput: Bool { true }
}
