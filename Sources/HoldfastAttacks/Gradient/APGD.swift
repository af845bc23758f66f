public import HoldfastCore
public import HoldfastTensor

/// Auto-PGD: momentum, and a step that halves at checkpoints if the loss has stopped rising.
///
/// Croce and Hein, 2020, algorithm 1; specs: attacks, section 1.1. Checkpoints depend on the number
/// of steps alone, so each sample of a batch may be at another one.
public struct APGD: Attack {
  /// `apgd`.
  public static let name = "apgd"

  /// The steps N of one run.
  public var steps: Int
  /// The share ρ of steps that must raise the loss for the step length to stay.
  public var rho: Double
  /// Whether a run starts on the surface of the ball rather than at the input.
  public var randomStart: Bool
  /// Whether the first checkpoint compares the first loss with 0, as the reference does by reading
  /// an empty row, rather than with the loss at the start.
  public var parity: Bool

  /// APGD with the given hyper-parameters.
  public init(
    steps: Int = 100, rho: Double = 0.75, randomStart: Bool = true, parity: Bool = false
  ) {
    self.steps = steps
    self.rho = rho
    self.randomStart = randomStart
    self.parity = parity
  }

  /// The weight of the new point against the momentum.
  static let mix = 0.75

  /// The same attack with `factor` times the steps.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.steps, by: factor) }

  /// What APGD remembers about each sample.
  public struct State: SlotState {
    /// The point before the current one: `(B, …)`.
    var previous: Tensor
    /// The point of the highest loss: `(B, …)`.
    var best: Tensor
    /// The gradient there: `(B, …)`.
    var bestGradient: Tensor
    /// The highest loss: `(B)`.
    var bestLoss: Tensor
    /// The highest loss at the last checkpoint: `(B)`.
    var bestLossAtCheckpoint: Tensor
    /// The loss at the current point: `(B)`.
    var loss: Tensor
    /// The steps since the last checkpoint that raised the loss: `(B)`.
    var rises: Tensor
    /// 1 for samples whose step was halved at the last checkpoint: `(B)`.
    var halved: Tensor
    /// The length of a step: `(B, 1, …)`.
    var stepSize: Tensor

    /// Each tensor merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(
        previous: try merge(previous, other.previous), best: try merge(best, other.best),
        bestGradient: try merge(bestGradient, other.bestGradient),
        bestLoss: try merge(bestLoss, other.bestLoss),
        bestLossAtCheckpoint: try merge(bestLossAtCheckpoint, other.bestLossAtCheckpoint),
        loss: try merge(loss, other.loss), rises: try merge(rises, other.rises),
        halved: try merge(halved, other.halved), stepSize: try merge(stepSize, other.stepSize))
    }
  }

  /// A random point on the surface of the ball, or the input.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    randomStart ? try ball.randomSurfacePoint(&noise) : ball.origin
  }

  /// A state that any first evaluation improves on; the step is twice the radius.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    let rows = [x.shape[0]]
    let lowest = try Tensor.full(-.infinity, rows, device: x.device)
    let zeros = try Tensor.zeros(rows, device: x.device)
    return State(
      previous: x, best: x, bestGradient: try x.zerosLike(), bestLoss: lowest,
      bestLossAtCheckpoint: lowest, loss: zeros, rises: zeros,
      halved: try .ones(rows, device: x.device), stepSize: try ball.radius * 2)
  }

  /// Bookkeeping of the point just evaluated, then one step with momentum.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try observe(&state, evaluation)
    var (x, gradient) = (evaluation.x, evaluation.gradient)
    if let due = try checkpoint(&state, evaluation.steps, device: x.device) {
      let rows = try due.perRow(rank: x.rank)
      x = try .where(rows, state.best, x)
      gradient = try .where(rows, state.bestGradient, gradient)
    }
    let momentum = try x - state.previous
    state.previous = x
    let ascended = try ball.project(x + ball.steepest(gradient) * state.stepSize)
    let weight = try self.weight(evaluation.steps, like: x)
    return try x + (ascended - x) * weight + momentum * (1 - weight)
  }

  /// Keeps the best point, and counts the steps that raised the loss.
  private func observe(_ state: inout State, _ evaluation: Evaluation) throws(TorchError) {
    let started = try Tensor(evaluation.steps.map { $0 > 0 }).to(evaluation.x.device)
    let isFirst = try Tensor(evaluation.steps.map { $0 == 1 }).to(evaluation.x.device)
    let before = parity ? try state.loss.filled(0, where: isFirst) : state.loss
    let rose = try (evaluation.loss .> before).and(started)
    state.rises = try state.rises + rose.to(.float32)
    state.loss = evaluation.loss

    let better = try evaluation.loss .> state.bestLoss
    let rows = try better.perRow(rank: evaluation.x.rank)
    state.best = try .where(rows, evaluation.x, state.best)
    state.bestGradient = try .where(rows, evaluation.gradient, state.bestGradient)
    state.bestLoss = try .where(better, evaluation.loss, state.bestLoss)
    // The first checkpoint compares with the best loss at the start.
    state.bestLossAtCheckpoint = try .where(
      started, state.bestLossAtCheckpoint, state.bestLoss)
  }

  /// Halves the step of samples that stopped rising; nil when no sample is at a checkpoint, else
  /// the samples that return to their best point.
  private func checkpoint(
    _ state: inout State, _ steps: [Int], device: Device
  ) throws(TorchError) -> Tensor? {
    let windows = steps.map { schedule.window(endingAt: $0) }
    guard windows.contains(where: { $0 > 0 }) else { return nil }
    let at = try Tensor(windows.map { $0 > 0 }).to(device)
    let needed = try Tensor(windows.map { Float(rho * Double($0)) }).to(device)
    let stalled = try (state.rises .<= needed).or(
      (state.halved .== 0).and(state.bestLossAtCheckpoint .>= state.bestLoss))
    let due = try at.and(stalled)
    state.stepSize = try .where(
      due.perRow(rank: state.stepSize.rank), state.stepSize / 2, state.stepSize)
    state.halved = try .where(at, due.to(.float32), state.halved)
    state.bestLossAtCheckpoint = try .where(at, state.bestLoss, state.bestLossAtCheckpoint)
    state.rises = try state.rises.filled(0, where: at)
    return due
  }

  /// 1 for a sample's first step, which has no momentum, and ``mix`` after that.
  private func weight(_ steps: [Int], like x: Tensor) throws(TorchError) -> Tensor {
    try Tensor(steps.map { Float($0 == 0 ? 1 : Self.mix) }).to(x.device).perRow(rank: x.rank)
  }

  var schedule: CheckpointSchedule { CheckpointSchedule(steps: steps) }
}
