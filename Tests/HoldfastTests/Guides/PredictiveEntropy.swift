import Holdfast

/// How undecided the model is: H = -Σ p log p over the classes.
///
/// It needs no label.
struct PredictiveEntropy: Objective {
  static let name = "entropy"

  func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let log = try prediction.requireLogits("entropy").logSoftmax(1)  // (B, K)
    return try -(log.exp() * log).sum([1])  // (B)
  }
}
