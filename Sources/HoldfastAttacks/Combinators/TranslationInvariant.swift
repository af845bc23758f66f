import Foundation
public import HoldfastCore
public import HoldfastTensor

/// An attack whose gradients are smoothed over space, for examples that transfer: TI-FGSM.
///
/// A gradient averaged over shifts of the input is, up to the edges, the gradient of the unshifted
/// input convolved with the weights of the shifts: here a Gaussian that reaches three standard
/// deviations (Dong et al., 2019, equation 7; its code's kernel of 15).
public struct TranslationInvariant<Base: Attack>: AttackCombinator {
  /// The name of the base, `-ti`.
  public static var name: String { "\(Base.name)-ti" }

  /// The attack that makes the steps.
  public var base: Base
  /// The side of the kernel, odd.
  public var size: Int

  /// `base` on gradients smoothed by a kernel of the given side, which is odd.
  public init(_ base: Base, size: Int = 15) {
    self.base = base
    self.size = size
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// Refuses inputs that are not like pictures.
  public func check(_ input: InputSpec) throws(UsageError) {
    try base.check(input)
    try input.requirePicture("translation")
  }

  /// A step of the base along the smoothed gradient.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let smooth = evaluation.following(try smoothed(evaluation.gradient))
    return try base.step(&state, smooth, in: ball, noise: &noise)
  }

  /// The weights of the kernel along one axis, which add up to 1.
  var weights: [Float] {
    let reach = Double(size - 1) / 2
    let raw = (0..<size).map { index in
      let deviations = reach == 0 ? 0 : 3 * (Double(index) - reach) / reach
      return exp(-deviations * deviations / 2)
    }
    let sum = raw.reduce(0, +)
    return raw.map { Float($0 / sum) }
  }

  /// The convolution over the last two axes, with zeros beyond the edges.
  private func smoothed(_ gradient: Tensor) throws(TorchError) -> Tensor {
    let kernel = try Tensor(weights).to(gradient.device)
    let pictures = try gradient.reshaped([-1, 1] + gradient.shape.suffix(2))
    return
      try pictures
      .convolved(kernel.reshaped([1, 1, size, 1]), stride: [1, 1], padding: [size / 2, 0])
      .convolved(kernel.reshaped([1, 1, 1, size]), stride: [1, 1], padding: [0, size / 2])
      .reshaped(gradient.shape)
  }
}
