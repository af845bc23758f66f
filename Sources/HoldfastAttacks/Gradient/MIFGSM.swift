public import HoldfastCore
public import HoldfastTensor

/// Momentum iterative FGSM: steps along the sign of a decaying sum of gradients, each over its mean
/// absolute value.
///
/// Dong et al., 2018, algorithm 1. The momentum makes its examples transfer to other models.
public struct MIFGSM: Attack {
  /// `mi-fgsm`.
  public static let name = "mi-fgsm"

  /// The steps of one run.
  public var steps: Int
  /// The length of a step over the radius.
  public var relativeStep: Double
  /// The decay of the momentum in a step: μ.
  public var decay: Double

  /// The attack; the step is one radius over the number of steps unless given.
  public init(steps: Int = 10, relativeStep: Double? = nil, decay: Double = 1) {
    self.steps = steps
    self.relativeStep = relativeStep ?? 1 / Double(max(1, steps))
    self.decay = decay
  }

  /// The same attack with `factor` times the steps.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.steps, by: factor) }

  /// The momentum of each sample.
  public struct State: SlotState {
    /// The decaying sum of gradients: `(B, …)`.
    var momentum: Tensor

    /// Each tensor merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(momentum: try merge(momentum, other.momentum))
    }
  }

  /// Starts at the input itself.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    ball.origin
  }

  /// A state with momentum 0.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    State(momentum: try x.zerosLike())
  }

  /// One step along the momentum.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let gradient = evaluation.gradient
    let size = try gradient.absolute().mean(Array(1..<gradient.rank), keepAxes: true)
    state.momentum = try state.momentum * decay + gradient / (size + 1e-12)
    return try evaluation.x + ball.steepest(state.momentum) * (ball.radius * relativeStep)
  }
}
