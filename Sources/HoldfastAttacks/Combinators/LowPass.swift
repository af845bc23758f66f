public import HoldfastCore
public import HoldfastTensor

/// An attack whose perturbation is limited to low frequencies, which pass a defence that filters
/// its input.
///
/// Each step follows the filtered gradient; the perturbation it leads to is filtered, brought back
/// to the size that filtering took away, and then projected (specs: defences, section 7, R-Adapt).
public struct LowPass<Base: Attack>: AttackCombinator {
  /// The name of the base, `-low-pass`.
  public static var name: String { "\(Base.name)-low-pass" }

  /// The attack that makes the steps.
  public var base: Base
  /// The filter that every perturbation goes through.
  public var filter: GaussianFilter

  /// `base`, kept to what `filter` lets through.
  public init(_ base: Base, filter: GaussianFilter) {
    self.base = base
    self.filter = filter
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// The base's start, filtered.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try filtered(try base.start(in: ball, noise: &noise), in: ball)
  }

  /// A step of the base along the filtered gradient.
  public func step(
    _ state: inout Base.State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let smooth = evaluation.following(try filter(evaluation.gradient))
    return try filtered(try base.step(&state, smooth, in: ball, noise: &noise), in: ball)
  }

  /// `x` with its perturbation filtered, at the size it had before.
  private func filtered(_ x: Tensor, in ball: Ball) throws(TorchError) -> Tensor {
    let offset = try ball.project(x) - ball.origin
    let smooth = try filter(offset)
    let order = ball.norm.order
    let axes = Array(1..<x.rank)
    let gain =
      try offset.norm(order, axes, keepAxes: true)
      / smooth.norm(order, axes, keepAxes: true).maximum(1e-12)
    return try ball.origin + smooth * gain
  }
}
