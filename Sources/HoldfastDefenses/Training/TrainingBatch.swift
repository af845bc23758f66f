public import HoldfastTensor

/// Samples to train on, or to judge a state by.
public struct TrainingBatch {
  /// Their ids.
  public let ids: [String]
  /// The inputs in their legal range: `(B, …)`.
  public let inputs: Tensor
  /// Their classes; nil when they are not known.
  public let labels: [Int]?
  /// The samples of the whole batch, of which another process may have others.
  public let total: Int

  /// Samples of the given parts; `total` is their own number unless given.
  public init(ids: [String], inputs: Tensor, labels: [Int]? = nil, total: Int? = nil) {
    self.ids = ids
    self.inputs = inputs
    self.labels = labels
    self.total = total ?? ids.count
  }

  /// Some neighbouring samples alone.
  func slice(_ rows: Range<Int>) throws(TorchError) -> TrainingBatch {
    TrainingBatch(
      ids: Array(ids[rows]), inputs: try inputs.slice(0, rows),
      labels: labels.map { Array($0[rows]) }, total: total)
  }

  /// The samples in parts of at most `rows`, in order.
  func parts(of rows: Int?) throws(TorchError) -> [TrainingBatch] {
    guard let rows, rows < ids.count else { return [self] }
    var parts: [TrainingBatch] = []
    for start in stride(from: 0, to: ids.count, by: max(1, rows)) {
      parts.append(try slice(start..<min(start + max(1, rows), ids.count)))
    }
    return parts
  }
}
