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

  /// One step.
  public var steps: Int { 1 }

  /// Nothing is remembered.
  public struct State: SlotState {
    /// Nothing to merge.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State { self }
  }

  /// The input itself.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    ball.origin
  }

  /// Nothing.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State { State() }

  /// The whole radius along the steepest direction.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try evaluation.x + ball.steepest(evaluation.gradient) * ball.radius
  }
}
