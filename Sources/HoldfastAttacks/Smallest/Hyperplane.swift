import HoldfastCore
import HoldfastTensor

extension Ball {
  /// The smallest moves, in the ball's norm, that raise a linear function by given amounts without
  /// leaving the bounds: δ of least norm with ⟨w, δ⟩ = rise and lower ≤ x + δ ≤ upper.
  ///
  /// Each coordinate that helps moves until it has no room left: all at the same speed in Linf, at
  /// speed |w| in L2, and in L1 one after the other, the largest |w| first. If the bounds do not
  /// let the function rise so far, every coordinate that helps moves to its bound. Bounds may be
  /// infinite. Croce and Hein, 2020 (FAB), equation 3; specs: attacks, section 1.4.
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
  /// Between the times at which coordinates meet their bounds the sum is linear. The sums over sorted
  /// times say between which two the goal lies, up to rounding; a few of Newton's steps, which never
  /// overshoot a concave sum, make that exact. Nothing is read back from the device.
  private static func together(
    _ size: Tensor, _ speed: Tensor, _ room: Tensor, _ goal: Tensor
  ) throws(TorchError) -> Tensor {
    let gain = try size * speed
    let reach = try size * room
    let never = 1e30
    let (times, order) = try (room / speed.maximum(1e-30)).minimum(never).sorted(1)
    // A coordinate that never meets a bound counts 0 here.
    let bounded = try reach.filled(0, where: room.isFinite().not())
    let held = try bounded.gathering(1, order).cumulativeSum(1)
    let rates = try gain.gathering(1, order)
    let rate = try rates.sum([1], keepAxes: true) - rates.cumulativeSum(1)
    let isBefore = try (held + times * rate .< goal).and(times .< never)
    var time = try times.filled(0, where: isBefore.not()).max([1], keepAxes: true)
    for _ in 0..<3 {
      let isMoving = try time * speed .< room
      let held = try reach.filled(0, where: isMoving).sum([1], keepAxes: true)
      let rate = try gain.filled(0, where: isMoving.not()).sum([1], keepAxes: true)
      time = try time.maximum((goal - held) / rate.maximum(1e-30)).minimum(never)
    }
    return try (time * speed).minimum(room)
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
