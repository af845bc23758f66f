public import HoldfastCore
public import HoldfastTensor

/// Projected gradient descent: steps of fixed length along the steepest direction.
///
/// Madry et al., 2018; specs: attacks, section 1.7.
public struct PGD: Attack {
  /// `pgd`.
  public static let name = "pgd"

  /// The steps of one run.
  public var steps: Int
  /// The length of a step over the radius.
  public var relativeStep: Double
  /// Whether a run starts at a random point of the ball rather than at the input.
  public var randomStart: Bool

  /// PGD with the given hyper-parameters; the step is 2.5 radii over the number of steps.
  public init(steps: Int = 10, relativeStep: Double? = nil, randomStart: Bool = true) {
    self.steps = steps
    self.relativeStep = relativeStep ?? 2.5 / Double(max(1, steps))
    self.randomStart = randomStart
  }

  /// The same attack with `factor` times the steps.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.steps, by: factor) }

  /// A state that holds nothing.
  public typealias State = FGSM.State

  /// A random point of the ball, or the input.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    randomStart ? try ball.randomPoint(&noise) : ball.origin
  }

  /// An empty state.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State { State() }

  /// One step of fixed length.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try evaluation.x + ball.steepest(evaluation.gradient) * (ball.radius * relativeStep)
  }
}
