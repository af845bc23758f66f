public import HoldfastCore
public import HoldfastTensor

/// Auto-PGD in L1: steps along the largest coordinates of the gradient; their number follows the
/// sparsity of the best perturbation so far.
///
/// Croce and Hein, "Mind the box: l1-APGD for sparse adversarial attacks on image classifiers",
/// 2021, algorithms 1 and 2; specs: attacks, section 1.1, L1 variant.
public struct SparseAPGD: Attack {
  /// `apgd-l1`.
  public static let name = "apgd-l1"

  /// The steps N that move the point, over all stages.
  public var iterations: Int
  /// Whether a run starts at a random point rather than at the input.
  public var randomStart: Bool
  /// Whether a run comes to the radius from three times and twice of it.
  ///
  /// Points outside the radius show the way, and never count as successes.
  public var largeRadii: Bool

  /// The attack with the given hyper-parameters.
  public init(iterations: Int = 100, randomStart: Bool = true, largeRadii: Bool = false) {
    self.iterations = iterations
    self.randomStart = randomStart
    self.largeRadii = largeRadii
  }

  /// The same attack with `factor` times the steps that move the point.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.iterations, by: factor) }

  /// What the attack remembers about each sample.
  public struct State: SlotState {
    /// The point of the highest loss of this stage: `(B, …)`.
    var best: Tensor
    /// The gradient there: `(B, …)`.
    var bestGradient: Tensor
    /// The highest loss of this stage: `(B)`.
    var bestLoss: Tensor
    /// The share of the coordinates that a step moves: `(B, 1)`.
    var share: Tensor
    /// The coordinates that the best point moved at the last checkpoint: `(B, 1)`.
    var moved: Tensor
    /// The length of a step over the radius: `(B, 1)`.
    var stepSize: Tensor

    /// Each tensor merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(
        best: try merge(best, other.best),
        bestGradient: try merge(bestGradient, other.bestGradient),
        bestLoss: try merge(bestLoss, other.bestLoss), share: try merge(share, other.share),
        moved: try merge(moved, other.moved), stepSize: try merge(stepSize, other.stepSize))
    }
  }

  /// The steps of a run, those from stage to stage among them.
  public var steps: Int { stages.reduce(-1) { $0 + $1.steps + 1 } }

  /// The widening of the stage that a step belongs to.
  public func widening(atStep step: Int) -> Double { moment(step).stage.widening }

  /// Normal noise, or the input.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    randomStart ? try ball.origin + noise.normal(like: ball.origin) : ball.origin
  }

  /// A state that any first evaluation improves on; the first steps move a fifth of the
  /// coordinates, or two thirds of those that a given start has moved.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    let rows = x.shape[0]
    let ones = try Tensor.ones([rows, 1], device: x.device)
    var state = State(
      best: x, bestGradient: try x.zerosLike(),
      bestLoss: try .full(-.infinity, [rows], device: x.device), share: try ones * 0.2,
      moved: try ones * Double(x.count / max(1, rows)), stepSize: ones)
    if largeRadii || !randomStart {
      state.moved = try movedCoordinates(x, in: ball)
      state.share = try share(ofMoved: state.moved, like: x)
    }
    return state
  }

  /// All samples but those at the end of a stage.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] {
    steps.map { moment($0).left > 0 }
  }

  /// Bookkeeping of the point just evaluated, then one step, or, at the end of a stage, its best
  /// point.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    var (x, gradient) = (evaluation.x, evaluation.gradient)
    let moments = evaluation.steps.map(moment)
    try observe(&state, evaluation)
    if let back = try checkpoint(&state, moments, in: ball) {
      let rows = try back.perRow(rank: x.rank)
      x = try .where(rows, state.best, x)
      gradient = try .where(rows, state.bestGradient, gradient)
    }
    let direction = try gradient.flattenedRows().signsOfLargest(share: state.share)
    let length = try state.stepSize.perRow(rank: x.rank) * ball.radius
    let next = try x + direction.reshaped(x.shape) * length
    guard moments.contains(where: { $0.left == 0 }) else { return next }
    return try turn(&state, moments, next, in: ball)
  }

  private func observe(_ state: inout State, _ evaluation: Evaluation) throws(TorchError) {
    let better = try evaluation.loss .> state.bestLoss
    let rows = try better.perRow(rank: evaluation.x.rank)
    state.best = try .where(rows, evaluation.x, state.best)
    state.bestGradient = try .where(rows, evaluation.gradient, state.bestGradient)
    state.bestLoss = try .where(better, evaluation.loss, state.bestLoss)
  }

  /// Adapts the share and the step to the sparsity of the best point; nil when no sample is at a
  /// checkpoint, else the samples that return to their best point.
  private func checkpoint(
    _ state: inout State, _ moments: [Moment], in ball: Ball
  ) throws(TorchError) -> Tensor? {
    let isDue = moments.map { $0.isCheckpoint && $0.left > 0 }
    guard isDue.contains(true) else { return nil }
    let due = try Tensor(isDue).to(ball.origin.device).unsqueezed(1)
    let moved = try movedCoordinates(state.best, in: ball)
    let isSparser = try (moved / state.moved) .< 0.95
    let stepSize = try Tensor.where(
      isSparser, state.stepSize * 0 + 1, (state.stepSize / 1.5).maximum(0.1))
    state.stepSize = try .where(due, stepSize, state.stepSize)
    state.share = try .where(due, share(ofMoved: moved, like: state.best), state.share)
    state.moved = try .where(due, moved, state.moved)
    return try due.and(isSparser)
  }

  /// At the end of a stage: its best point in the ball of the next, and a fresh state.
  private func turn(
    _ state: inout State, _ moments: [Moment], _ next: Tensor, in ball: Ball
  ) throws(TorchError) -> Tensor {
    let over = try Tensor(moments.map { $0.left == 0 }).to(next.device)
    let x = try Tensor.where(over.perRow(rank: next.rank), ball.project(state.best), next)
    let moved = try movedCoordinates(x, in: ball)
    let column = try over.unsqueezed(1)
    state.share = try .where(column, share(ofMoved: moved, like: x), state.share)
    state.moved = try .where(column, moved, state.moved)
    state.stepSize = try state.stepSize.filled(1, where: column)
    state.bestLoss = try state.bestLoss.filled(-.infinity, where: over)
    return x
  }

  /// The coordinates that differ from the input: `(B, 1)`.
  private func movedCoordinates(_ x: Tensor, in ball: Ball) throws(TorchError) -> Tensor {
    try (x .!= ball.origin).to(.float32).flattenedRows().sum([1], keepAxes: true)
  }

  /// Two thirds of the coordinates that were moved, as a share of all.
  private func share(ofMoved moved: Tensor, like x: Tensor) throws(TorchError) -> Tensor {
    try moved / Double(max(1, x.shape.dropFirst().reduce(1, *))) / 1.5
  }
}

extension SparseAPGD {
  /// A part of a run inside a ball of its own.
  struct Stage: Hashable {
    /// The radius of the ball over the radius of the sample.
    var widening: Double
    /// The steps after its first point.
    var steps: Int

    /// The steps from one checkpoint to the next.
    var window: Int { max(steps * 4 / 100, 1) }
  }

  /// How far a sample is in its run.
  struct Moment {
    var stage: Stage
    /// The steps of the stage so far.
    var step: Int

    /// The steps of the stage that are left.
    var left: Int { stage.steps - step }
    /// Whether the step falls on a checkpoint.
    var isCheckpoint: Bool { step > 0 && step % stage.window == 0 }
  }

  /// Three tenths of the steps in a ball three times as wide, three in one twice as wide, the rest
  /// in the ball itself; or all of them there.
  var stages: [Stage] {
    guard largeRadii else { return [Stage(widening: 1, steps: iterations)] }
    let early = (iterations * 3 + 9) / 10
    return [
      Stage(widening: 3, steps: early), Stage(widening: 2, steps: early),
      Stage(widening: 1, steps: max(0, iterations - 2 * early)),
    ]
  }

  /// How far a sample is after `step` steps.
  func moment(_ step: Int) -> Moment {
    var (step, stages) = (step, stages[...])
    while let stage = stages.popFirst() {
      if step <= stage.steps || stages.isEmpty { return Moment(stage: stage, step: step) }
      step -= stage.steps + 1
    }
    return Moment(stage: Stage(widening: 1, steps: 0), step: step)
  }
}

extension Tensor {
  /// The signs of the largest coordinates of each row, over their number; `share` `(B, 1)` says what
  /// part of the row `(B, n)` those are, of which there is at least one.
  fileprivate func signsOfLargest(share: Tensor) throws(TorchError) -> Tensor {
    let count = Double(shape[1])
    let place = try ((1 - share) * count).clamped(0, count - 1).to(.int64)
    return try signs(from: absolute().sorted(1).values.gathering(1, place))
  }
}
