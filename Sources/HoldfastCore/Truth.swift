public import HoldfastTensor

/// What is known about each sample of a batch, and what its prediction is compared with.
public struct Truth: SlotState {
  /// The true class of each sample, int64: `(B)`.
  public let labels: Tensor
  /// The embeddings of the unperturbed inputs: `(B, D)`.
  public let cleanEmbedding: Tensor

  /// The truth about a batch.
  public init(labels: Tensor, cleanEmbedding: Tensor) {
    self.labels = labels
    self.cleanEmbedding = cleanEmbedding
  }

  /// Each tensor merged with its partner.
  public func merged(
    with other: Truth, _ merge: (Tensor, Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Truth {
    Truth(
      labels: try merge(labels, other.labels),
      cleanEmbedding: try merge(cleanEmbedding, other.cleanEmbedding))
  }
}
