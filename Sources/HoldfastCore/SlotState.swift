public import HoldfastTensor

/// The state of an attack: one row per slot of a batch; rows move together when a sample leaves or
/// enters.
public protocol SlotState {
  /// The same value with each part replaced by `merge` of it and its partner in `other`.
  func merged(with other: Self, _ merge: RowMerge) throws(TorchError) -> Self
}

/// How rows move: some of the first are kept, or those of the second come behind the first.
public enum RowMerge {
  /// The given rows of the first alone, in that order; the tensor holds the same numbers.
  case keep([Int], Tensor)
  /// The rows of the first, followed by those of the second.
  case append

  /// Rows of tensors: `(B, …)`.
  public func callAsFunction(_ first: Tensor, _ second: Tensor) throws(TorchError) -> Tensor {
    switch self {
    case .keep(_, let index): try first.selecting(0, index)
    case .append: try .concatenating([first, second])
    }
  }

  /// Rows of tensors that both have or both lack.
  public func callAsFunction(_ first: Tensor?, _ second: Tensor?) throws(TorchError) -> Tensor? {
    guard let first, let second else { return nil }
    return try self(first, second)
  }

  /// Values on the host, one per row.
  public func callAsFunction<Value>(_ first: [Value], _ second: [Value]) -> [Value] {
    switch self {
    case .keep(let rows, _): rows.map { first[$0] }
    case .append: first + second
    }
  }
}

extension SlotState {
  /// The given rows, in that order; `device` is that of the tensors.
  public func keeping(_ rows: [Int], on device: Device) throws(TorchError) -> Self {
    try merged(with: self, .keep(rows, try Tensor(rows).to(device)))
  }

  /// These rows, followed by those of `fresh`.
  public func appending(_ fresh: Self) throws(TorchError) -> Self {
    try merged(with: fresh, .append)
  }
}
