import CTorch

// Shape and selection. Axes may count from the end: -1 is the last.

extension Tensor {
  /// The same elements in another shape; one size may be -1.
  public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
    try make("reshape to \(shape)", [self]) {
      hf_reshape(handle, shape.wide, Int32(shape.count), $0)
    }
  }
  /// Axes of size 1 repeated to `shape`, without copying; -1 keeps a size.
  public func expanded(_ shape: [Int]) throws(TorchError) -> Tensor {
    try make("expand to \(shape)", [self]) {
      hf_expand(handle, shape.wide, Int32(shape.count), $0)
    }
  }
  /// The axes in another order.
  public func permuted(_ axes: [Int]) throws(TorchError) -> Tensor {
    try make("permute \(axes)", [self]) {
      hf_permute(handle, axes.wide, Int32(axes.count), $0)
    }
  }
  /// Two axes swapped.
  public func transposed(_ first: Int = -2, _ second: Int = -1) throws(TorchError) -> Tensor {
    try make("transpose", [self]) { hf_transpose(handle, Int32(first), Int32(second), $0) }
  }
  /// A new axis of size 1.
  public func unsqueezed(_ axis: Int) throws(TorchError) -> Tensor {
    try make("unsqueeze", [self]) { hf_unsqueeze(handle, Int32(axis), $0) }
  }
  /// Without the axis, if its size is 1.
  public func squeezed(_ axis: Int) throws(TorchError) -> Tensor {
    try make("squeeze", [self]) { hf_squeeze(handle, Int32(axis), $0) }
  }
  /// A vector of one value per row, shaped to broadcast over tensors of `rank` axes.
  public func perRow(rank: Int) throws(TorchError) -> Tensor {
    try reshaped([-1] + [Int](repeating: 1, count: Swift.max(0, rank - 1)))
  }
  /// Rows flattened: `(B, …)` to `(B, n)`.
  public func flattenedRows() throws(TorchError) -> Tensor {
    let shape = self.shape
    return try reshaped([shape.first ?? 1, shape.dropFirst().reduce(1, *)])
  }

  /// The elements `range` of an axis, every `step`-th.
  public func slice(
    _ axis: Int, _ range: Range<Int>, step: Int = 1
  ) throws(TorchError) -> Tensor {
    let shape = self.shape
    let position = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(position) else {
      throw TorchError(
        code: .shape, operation: "slice",
        message: "there is no axis \(axis) (operands: \(shape) \(dtype))")
    }
    let size = shape[position]
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw TorchError(
        code: .shape, operation: "slice",
        message: "\(range) is outside 0..<\(size) of axis \(axis) (operands: \(shape) \(dtype))")
    }
    return try make("slice", [self]) {
      hf_slice(
        handle, Int32(axis), Int64(range.lowerBound), Int64(range.upperBound), Int64(step), $0)
    }
  }
  /// One position of an axis, which disappears.
  public func select(_ axis: Int, _ index: Int) throws(TorchError) -> Tensor {
    try make("select \(index) of axis \(axis)", [self]) {
      hf_select(handle, Int32(axis), Int64(index), $0)
    }
  }
  /// The positions `index` (int64) of an axis, in that order.
  public func selecting(_ axis: Int, _ index: Tensor) throws(TorchError) -> Tensor {
    try make("index select", [self, index]) {
      hf_index_select(handle, Int32(axis), index.handle, $0)
    }
  }
  /// The rows for which a mask over axis 0 is true.
  public func rows(where mask: Tensor) throws(TorchError) -> Tensor {
    try make("rows where", [self, mask]) { hf_masked_select_rows(handle, mask.handle, $0) }
  }
  /// The positions of elements that are not 0: `(n, rank)` int64.
  public func nonzero() throws(TorchError) -> Tensor {
    try make("nonzero", [self]) { hf_nonzero(handle, $0) }
  }
  /// out[i][j] = self[i][index[i][j]] along an axis.
  public func gathering(_ axis: Int, _ index: Tensor) throws(TorchError) -> Tensor {
    try make("gather", [self, index]) { hf_gather(handle, Int32(axis), index.handle, $0) }
  }
  /// A copy in which out[i][index[i][j]] = source[i][j] along an axis.
  public func scattering(
    _ axis: Int, _ index: Tensor, _ source: Tensor
  ) throws(TorchError) -> Tensor {
    try make("scatter", [self, index, source]) {
      hf_scatter(handle, Int32(axis), index.handle, source.handle, $0)
    }
  }
  /// The elements of the axes in reverse.
  public func flipped(_ axes: [Int]) throws(TorchError) -> Tensor {
    try make("flip", [self]) { hf_flip(handle, axes.wide, Int32(axes.count), $0) }
  }
  /// Padding with a value; widths are (before, after) from the last axis backwards.
  public func padded(_ widths: [Int], with value: Double = 0) throws(TorchError) -> Tensor {
    try make("pad", [self]) { hf_pad(handle, widths.wide, Int32(widths.count), value, $0) }
  }

  /// The axis cut into consecutive parts of the given sizes, which add up to its own.
  ///
  /// The parts share this tensor's memory; their gradients are joined in one step.
  public func split(_ axis: Int, into sizes: [Int]) throws(TorchError) -> [Tensor] {
    var parts = [hf_tensor?](repeating: nil, count: sizes.count)
    try check("split into \(sizes)", [self]) {
      hf_split(handle, sizes.wide, Int32(sizes.count), Int32(axis), &parts)
    }
    return parts.compactMap { $0.map(Tensor.init(owning:)) }
  }

  /// Tensors joined along an axis.
  public static func concatenating(
    _ tensors: [Tensor], _ axis: Int = 0
  ) throws(TorchError) -> Tensor {
    let handles = tensors.map { Optional($0.handle) }
    return try make("concatenate", tensors) {
      hf_cat(handles, Int32(handles.count), Int32(axis), $0)
    }
  }
  /// Tensors of one shape joined along a new axis.
  public static func stacking(_ tensors: [Tensor], _ axis: Int = 0) throws(TorchError) -> Tensor {
    let handles = tensors.map { Optional($0.handle) }
    return try make("stack", tensors) {
      hf_stack(handles, Int32(handles.count), Int32(axis), $0)
    }
  }
}
