import Foundation
public import HoldfastCore
public import HoldfastTensor

/// Sign steps that grow shorter, from the input itself: the optimisation of Adversarial Illusions.
///
/// The step is multiplied by ``decay`` after every ``interval`` steps (Zhang et al., 2023, and its
/// code; specs: attacks, section 1.9). The defaults are its settings for thermal images: 1000 steps
/// of 0.02 in normalised pixels, which is 0.085 of its radius of 16/255, times 0.9 every 100.
public struct Illusion: Attack {
  /// `illusion`.
  public static let name = "illusion"

  /// The steps of one run.
  public var steps: Int
  /// The length of the first step over the radius.
  public var relativeStep: Double
  /// The factor of the step length after each interval.
  public var decay: Double
  /// The steps of one length.
  public var interval: Int

  /// The attack; there must be steps in an interval.
  public init(
    steps: Int = 1000, relativeStep: Double = 0.085, decay: Double = 0.9, interval: Int = 100
  ) {
    self.steps = steps
    self.relativeStep = relativeStep
    self.decay = decay
    self.interval = max(1, interval)
  }

  /// The same attack with `factor` times the steps.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.steps, by: factor) }

  /// A state that holds nothing.
  public typealias State = FGSM.State

  /// Starts at the input itself.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    ball.origin
  }

  /// An empty state.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State { State() }

  /// One step of the length that is due.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let x = evaluation.x
    let lengths = evaluation.steps.map { Float(relativeStep * pow(decay, Double($0 / interval))) }
    let share = try Tensor(lengths).to(x.device).perRow(rank: x.rank)
    return try x + ball.steepest(evaluation.gradient) * (ball.radius * share)
  }
}
