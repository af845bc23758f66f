import HoldfastCore
import HoldfastTensor

/// The tensors of the samples in the slots of a pool, row by row.
struct Rows<State: SlotState>: SlotState {
  /// The current points: `(B, …)`.
  var x: Tensor
  let ball: Ball
  let truth: Truth
  /// What the attack remembers.
  var state: State
  /// The best point of the run so far: `(B, …)`, how good it is, and whether it fools the model: `(B)`.
  private(set) var best: Tensor
  private(set) var bestScore: Tensor
  private var bestSucceeds: Tensor

  /// Samples at the beginning of a run, at `x`.
  init(at x: Tensor, in ball: Ball, truth: Truth, state: State) throws(TorchError) {
    let count = x.shape[0]
    self.init(
      x: x, ball: ball, truth: truth, state: state, best: x,
      bestScore: try .full(-.infinity, [count], device: x.device),
      bestSucceeds: try .zeros([count], dtype: .bool, device: x.device))
  }

  private init(
    x: Tensor, ball: Ball, truth: Truth, state: State, best: Tensor, bestScore: Tensor,
    bestSucceeds: Tensor
  ) {
    self.x = x
    self.ball = ball
    self.truth = truth
    self.state = state
    self.best = best
    self.bestScore = bestScore
    self.bestSucceeds = bestSucceeds
  }

  func merged(with other: Rows, _ merge: RowMerge) throws(TorchError) -> Rows {
    Rows(
      x: try merge(x, other.x), ball: try ball.merged(with: other.ball, merge),
      truth: try truth.merged(with: other.truth, merge),
      state: try state.merged(with: other.state, merge),
      best: try merge(best, other.best), bestScore: try merge(bestScore, other.bestScore),
      bestSucceeds: try merge(bestSucceeds, other.bestSucceeds))
  }

  /// Keeps each current point that is better than the row's best one so far.
  mutating func keepBest(
    _ score: Tensor, margin: Tensor, _ judge: any Judge
  ) throws(TorchError) {
    var isBetter = try score .> bestScore
    if judge.prefersSuccess {
      let succeeds = try (margin .> 0).and(score .> -Double.infinity)
      isBetter = try .where(succeeds.xor(bestSucceeds), succeeds, isBetter)
      bestSucceeds = try succeeds.or(bestSucceeds)
    }
    best =
      judge.testsEveryPoint ? x : try .where(isBetter.perRow(rank: x.rank), x, best)
    // NaN stays, so that it cannot pass for robust.
    bestScore = try .where(isBetter.or(score.isNaN()), score, bestScore)
  }
}
