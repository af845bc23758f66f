import HoldfastTensor

extension Ball {
  /// The nearest points of the L1 ball cut with the box, exactly.
  ///
  /// Each coordinate moves by min(max(|d| - λ, 0), room), with the smallest λ ≥ 0 at which the moves
  /// sum to no more than the radius (specs: attacks, section 1.1). The sum is piecewise linear in λ
  /// and bends at |d| and |d| - room, so the bends are sorted and summed once.
  func projectedSum(_ x: Tensor) throws(TorchError) -> Tensor {
    let offset = try (x - origin).flattenedRows()
    let size = try offset.absolute()
    let room = try Tensor.where(
      offset .> 0, (upper - origin).flattenedRows(), (origin - lower).flattenedRows())
    let (bends, order) = try Tensor.concatenating([size, size - room], 1).maximum(0)
      .sorted(1, descending: true)
    let levels = try bends.to(.float64)
    // Below |d| a coordinate begins to move, and below |d| - room it moves no further.
    let turn = try (order .< Double(size.shape[1])).to(.float64) * 2 - 1
    let slope = try turn.cumulativeSum(1)
    let height = try (turn * levels).cumulativeSum(1)
    let limit = try radius.to(.float64).flattenedRows()
    // The sum of the moves at each bend rises along the order; the piece that meets the radius
    // begins at the last bend with a sum below it.
    let below = try ((height - slope * levels) .< limit).to(.int64).sum([1], keepAxes: true)
    let piece = try (below - 1).maximum(0).to(.int64)
    let level = try (height.gathering(1, piece) - limit) / slope.gathering(1, piece).maximum(1)
    let cut = try level.maximum(0).to(.float32)
    let moved = try offset.sign() * (size - cut).maximum(0).minimum(room)
    return try (origin + moved.reshaped(x.shape)).clamped(lower, upper)
  }
}
