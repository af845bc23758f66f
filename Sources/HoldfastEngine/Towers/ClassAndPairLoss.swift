package import HoldfastTensor

/// The two losses of training by prompts: naming classes, and matching pairs.
package enum ClassAndPairLoss {
  /// The mean of -log softmax at the labels: `(B, K)` logits and `(B)` labels give a scalar.
  package static func crossEntropy(_ logits: Tensor, _ labels: Tensor) throws(TorchError) -> Tensor
  {
    try -logits.logSoftmax(1).gathering(1, labels.reshaped([-1, 1])).mean()
  }

  /// The symmetric contrastive loss of `(B, B)` logits, such as images by captions.
  ///
  /// Samples with the same caption share it: each is a right answer, as likely as the others.
  /// Source: Radford et al., 2021, figure 3; Khosla et al., 2020, for several right answers.
  package static func contrast(
    _ logits: Tensor, _ captions: [some Equatable]
  ) throws(TorchError) -> Tensor {
    let count = captions.count
    var targets: [Float] = []
    for caption in captions {
      let same = captions.map { $0 == caption ? Float(1) : 0 }
      targets += same.map { $0 / same.reduce(0, +) }
    }
    // Equality is symmetric, so the same targets serve both directions.
    let right = try Tensor(targets, [count, count]).to(logits.device)
    let likelihood = try logits.logSoftmax(1) + logits.logSoftmax(0)
    return try (right * likelihood).sum() * (-0.5 / Double(count))
  }
}
