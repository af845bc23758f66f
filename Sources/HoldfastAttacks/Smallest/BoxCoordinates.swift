import HoldfastCore
import HoldfastTensor

/// Coordinates in which a box has no sides: x is its middle plus half its width times a tanh.
struct BoxCoordinates {
  private let middle: Tensor
  private let half: Tensor
  /// Bool, true for coordinates with finite bounds.
  private let isBounded: Tensor

  /// The coordinates for the bounds of `ball` that are finite on both sides.
  init(_ ball: Ball) throws(TorchError) {
    isBounded = try ball.lower.isFinite().and(ball.upper.isFinite())
    let none = try isBounded.not()
    middle = try ((ball.lower + ball.upper) / 2).filled(0, where: none)
    half = try ((ball.upper - ball.lower) / 2).filled(1, where: none).maximum(1e-30)
  }

  /// `x` in these coordinates, moved slightly inside the box, whose sides are infinitely far.
  func variable(of x: Tensor) throws(TorchError) -> Tensor {
    try .where(isBounded, ((x - middle) / half * 0.999999).atanh(), x)
  }

  /// The point at `variable`.
  func point(at variable: Tensor) throws(TorchError) -> Tensor {
    try .where(isBounded, variable.tanh() * half + middle, variable)
  }

  /// How fast the point moves at `variable`.
  func speed(at variable: Tensor) throws(TorchError) -> Tensor {
    try .where(isBounded, (1 - variable.tanh().squared()) * half, variable * 0 + 1)
  }
}
