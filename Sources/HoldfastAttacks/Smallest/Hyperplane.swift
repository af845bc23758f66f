import HoldfastCore
import HoldfastTensor

extension Ball {
  /// The smallest moves, in the ball's norm, that raise a linear function by given amounts without
  /// leaving the bounds: δ of least norm with ⟨w, δ⟩ = rise and lower ≤ x + δ ≤ upper.
  ///
  /// Each coordinate that helps moves until it has no room left: all at the same speed in Linf, at
  /// speed |w| in L2, and in L1 one after the other, the largest |w| first. Where the bounds do not
  /// let the function rise so far, all that helps moves to its bound. Bounds may be infinite. Croce
  /// and Hein, 2020 (FAB), equation 3; specs: attacks, section 1.4.
  ///
  /// `x` and `slope` (w) are `(B, …)`, `rise` is `(B)` of either sign. On the CPU a row is solved at a
  /// time, in the cache.
  func smallestMove(
    from x: Tensor, along slope: Tensor, raising rise: Tensor
  ) throws(TorchError) -> Tensor {
    if norm != .l1, x.device == .cpu, x.dtype == .float32, slope.dtype == .float32 {
      return try x.smallestMove(
        along: slope, raising: rise.to(.float32), lower: lower, upper: upper,
        squared: norm == .l2)
    }
    return try smallestMoveOfBatch(from: x, along: slope, raising: rise)
  }

  /// The same by operations on the whole batch, for any device.
  func smallestMoveOfBatch(
    from x: Tensor, along slope: Tensor, raising rise: Tensor
  ) throws(TorchError) -> Tensor {
    let scale = try slope.absolute().flattenedRows().max([1], keepAxes: true).maximum(1e-30)
    let unit = try slope.flattenedRows() / scale
    let goal = try rise.unsqueezed(1) / scale
    let direction = try unit.sign() * goal.sign()
    let size = try unit.absolute()
    let room = try Tensor.where(
      direction .> 0, (upper - x).flattenedRows(), (x - lower).flattenedRows()
    ).maximum(0)
    let length =
      norm == .l1
      ? try Self.inTurn(size, room, goal.absolute())
      : try Self.together(size, norm == .linf ? size.sign() : size, room, goal.absolute())
    return try (direction * length).reshaped(x.shape)
  }

  /// How far each coordinate moves when all move at their own speed until Σ size · move is `goal`.
  ///
  /// Newton's method on a sum that is concave and piecewise linear in the time: it never
  /// overshoots, and is at the solution when no further coordinate has met its bound. Few do
  /// before a small perturbation is large enough, so this takes fewer passes than a sort.
  private static func together(
    _ size: Tensor, _ speed: Tensor, _ room: Tensor, _ goal: Tensor
  ) throws(TorchError) -> Tensor {
    let gain = try size * speed
    let reach = try size * room
    var time = try goal * 0
    var moving: [Int]?
    while true {
      let isMoving = try time * speed .< room
      let count = try isMoving.to(.int64).sum([1]).array(of: Int.self)
      if count == moving { return try (time * speed).minimum(room) }
      moving = count
      let held = try reach.filled(0, where: isMoving).sum([1], keepAxes: true)
      let rate = try gain.filled(0, where: isMoving.not()).sum([1], keepAxes: true)
      time = try time.maximum((goal - held) / rate.maximum(1e-30)).minimum(1e30)
    }
  }

  /// How far each coordinate moves when one after the other moves as far as it can, the largest
  /// `size` first, until Σ size · move is `goal`.
  private static func inTurn(
    _ size: Tensor, _ room: Tensor, _ goal: Tensor
  ) throws(TorchError) -> Tensor {
    let (sizes, order) = try size.sorted(1, descending: true)
    // What cannot help has no room, so that 0 never meets an infinite bound.
    let rooms = try room.gathering(1, order).filled(0, where: sizes .== 0)
    let reached = try (sizes * rooms).cumulativeSum(1)
    let before = try Tensor.concatenating(
      [goal * 0, reached.slice(1, 0..<reached.shape[1] - 1)], 1)
    let moves = try ((goal - before) / sizes.maximum(1e-30)).maximum(0).minimum(rooms)
    return try moves.zerosLike().scattering(1, order, moves)
  }
}
