import Holdfast

/// NI-FGSM: momentum steps whose gradient is taken ahead, at the point that the momentum leads to.
///
/// Lin et al., 2020 (arXiv 1908.06281), algorithm 1.
struct NesterovFGSM: Attack {
  static let name = "ni-fgsm"

  /// The steps of one run.
  var steps = 10
  /// The decay of the momentum in a step: μ.
  var decay = 1.0

  /// The state of each sample.
  struct State: SlotState {
    /// The point that the steps have reached: `(B, …)`.
    var point: Tensor
    /// The decaying sum of gradients: `(B, …)`.
    var momentum: Tensor

    func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(point: try merge(point, other.point), momentum: try merge(momentum, other.momentum))
    }
  }

  func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor { ball.origin }

  func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    State(point: x, momentum: try x.zerosLike())
  }

  func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let stride = try ball.radius * (1 / Double(steps))  // (B, 1, …)
    let gradient = evaluation.gradient  // (B, …)
    let size = try gradient.absolute().mean(Array(1..<gradient.rank), keepAxes: true)
    state.momentum = try state.momentum * decay + gradient / (size + 1e-12)
    state.point = try ball.project(state.point + ball.steepest(state.momentum) * stride)
    // The last point of a run is evaluated itself; each sample is at a step of its own.
    let ahead = evaluation.steps.map { $0 + 1 < steps ? Float(decay) : 0 }
    let reach = try Tensor(ahead).to(gradient.device).perRow(rank: gradient.rank)
    return try state.point + state.momentum * (stride * reach)
  }
}
