public import HoldfastCore
public import HoldfastTensor

/// An attack that starts beside the input, off by normal noise.
///
/// TRADES starts so, with a deviation of 0.001 (Zhang et al., 2019, algorithm 1; specs: defences,
/// section 1.3): its loss has no slope at the input itself.
public struct NormalStart<Base: Attack>: AttackCombinator {
  /// The name of the base, `-normal-start`.
  public static var name: String { "\(Base.name)-normal-start" }

  /// The attack that makes the steps.
  public var base: Base
  /// The deviation of the noise on each coordinate, in the unit of the input.
  public var deviation: Double

  /// `base` from starts at the given deviation.
  public init(_ base: Base, deviation: Double = 0.001) {
    self.base = base
    self.deviation = deviation
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// The input, and noise.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try ball.origin + noise.normal(like: ball.origin) * deviation
  }
}
