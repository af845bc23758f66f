import CTorch

// Reductions. `axes` may count from the end; without any, all axes are reduced.

extension Tensor {
  private func reduce(
    _ op: Int, _ name: String, _ axes: [Int], _ keep: Bool
  ) throws(TorchError) -> Tensor {
    try make(name, [self]) {
      hf_reduce(Int32(op), handle, axes.wide, Int32(axes.count), keep, $0)
    }
  }

  /// Sums over axes; over all of them by default.
  public func sum(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_SUM, "sum", axes, keepAxes)
  }
  /// Means over axes; over all of them by default.
  public func mean(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_MEAN, "mean", axes, keepAxes)
  }
  /// Largest elements along axes.
  public func max(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_MAX, "max", axes, keepAxes)
  }
  /// Smallest elements along axes.
  public func min(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_MIN, "min", axes, keepAxes)
  }
  /// Whether any element of a mask holds.
  public func any(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_ANY, "any", axes, keepAxes)
  }
  /// Whether all elements of a mask hold.
  public func all(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_ALL, "all", axes, keepAxes)
  }
  /// log Σ exp over axes.
  public func logSumExp(_ axes: [Int], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_LOG_SUM_EXP, "log sum exp", axes, keepAxes)
  }
  /// Variances, dividing by the count.
  public func variance(_ axes: [Int] = [], keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try reduce(HF_VARIANCE, "variance", axes, keepAxes)
  }
  /// Vector norms of the given order (1, 2, `.infinity`, …).
  public func norm(
    _ order: Double = 2, _ axes: [Int] = [], keepAxes: Bool = false
  ) throws(TorchError) -> Tensor {
    try make("norm", [self]) {
      hf_norm(handle, order, axes.wide, Int32(axes.count), keepAxes, $0)
    }
  }
  /// Elements over the Euclidean norm along `axis`; the norm is kept away from 0 by 1e-12.
  public func normalized(_ axis: Int = -1) throws(TorchError) -> Tensor {
    try self / norm(2, [axis], keepAxes: true).maximum(1e-12)
  }
  /// Indices (int64) of the largest elements along an axis.
  public func argmax(_ axis: Int = -1, keepAxes: Bool = false) throws(TorchError) -> Tensor {
    try make("argmax", [self]) { hf_argmax(handle, Int32(axis), keepAxes, $0) }
  }
  /// Running sums along an axis.
  public func cumulativeSum(_ axis: Int) throws(TorchError) -> Tensor {
    try make("cumulative sum", [self]) { hf_cumsum(handle, Int32(axis), $0) }
  }
  /// exp(x) / Σ exp(x) along an axis.
  public func softmax(_ axis: Int = -1) throws(TorchError) -> Tensor {
    try make("softmax", [self]) { hf_softmax(handle, Int32(axis), $0) }
  }
  /// x - log Σ exp(x) along an axis.
  public func logSoftmax(_ axis: Int = -1) throws(TorchError) -> Tensor {
    try make("log softmax", [self]) { hf_log_softmax(handle, Int32(axis), $0) }
  }

  /// Elements in order along an axis (stable for equal ones), and their indices before (int64).
  public func sorted(
    _ axis: Int = -1, descending: Bool = false
  ) throws(TorchError) -> (values: Tensor, indices: Tensor) {
    try pair("sort") { hf_sort(handle, Int32(axis), descending, $0, $1) }
  }
  /// The `k` largest (or smallest) elements along an axis in order, and their indices (int64).
  public func top(
    _ k: Int, _ axis: Int = -1, largest: Bool = true
  ) throws(TorchError) -> (values: Tensor, indices: Tensor) {
    try pair("top \(k)") { hf_topk(handle, Int64(k), Int32(axis), largest, $0, $1) }
  }

  private func pair(
    _ name: String,
    _ call: (UnsafeMutablePointer<hf_tensor?>, UnsafeMutablePointer<hf_tensor?>) -> hf_status
  ) throws(TorchError) -> (values: Tensor, indices: Tensor) {
    var first: hf_tensor?
    var second: hf_tensor?
    try check(name, [self]) { call(&first, &second) }
    guard let first, let second else {
      throw TorchError(code: .backend, operation: name, message: "no result")
    }
    return (Tensor(owning: first), Tensor(owning: second))
  }
}
