public import HoldfastTensor

// What objectives and training share about logits, row by row.

extension Tensor {
  /// The cross-entropy of the class that `labels` (int64, `(B)`) name: logits `(B, K)` give `(B)`.
  public func crossEntropy(_ labels: Tensor) throws(TorchError) -> Tensor {
    try logSumExp([1]) - entry(labels)
  }

  /// KL(p ‖ q) = Σ p (log p - log q) of the softmax p of these logits and q of others: `(B, K)` and
  /// the same give `(B)`.
  public func divergence(to other: Tensor) throws(TorchError) -> Tensor {
    let (p, q) = (try logSoftmax(1), try other.logSoftmax(1))
    return try (p.exp() * (p - q)).sum([1])
  }
}
