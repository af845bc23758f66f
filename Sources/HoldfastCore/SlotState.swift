public import HoldfastTensor

/// Tensors that hold one row per slot of a batch and move together when a sample leaves or enters.
public protocol SlotState {
  /// The same value with each tensor replaced by `merge` of it and its partner in `other`.
  func merged(
    with other: Self, _ merge: (Tensor, Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Self
}

extension SlotState {
  /// The rows `kept` (int64), in that order.
  public func keeping(_ kept: Tensor) throws(TorchError) -> Self {
    try merged(with: self) { (mine, _) throws(TorchError) in try mine.selecting(0, kept) }
  }

  /// These rows, followed by those of `fresh`.
  public func appending(_ fresh: Self) throws(TorchError) -> Self {
    try merged(with: fresh) { (mine, new) throws(TorchError) in
      try .concatenating([mine, new], 0)
    }
  }
}
