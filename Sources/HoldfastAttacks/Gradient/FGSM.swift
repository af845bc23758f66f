public import HoldfastCore
public import HoldfastTensor

/// The fast gradient sign method: one step of the whole radius from the input itself.
///
/// Goodfellow et al., 2015; in L2 the step goes along the gradient.
public struct FGSM: Attack {
  /// `fgsm`.
  public static let name = "fgsm"

  /// The attack; it has no parameters.
  public init() {}

  /// The number of steps: 1.
  public var steps: Int { 1 }

  /// A state that holds nothing.
  public struct State: SlotState {
    /// The same, as there is nothing to merge.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State { self }
  }

  /// Starts at the input itself.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    ball.origin
  }

  /// An empty state.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State { State() }

  /// The whole radius along the steepest direction.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try evaluation.x + ball.steepest(evaluation.gradient) * ball.radius
  }
}
