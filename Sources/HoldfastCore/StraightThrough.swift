public import HoldfastTensor

extension Tensor {
  /// The value of `step(self)`, with the gradient of the identity.
  ///
  /// A defence with a step that has no gradient, such as rounding, or one of no use to an attacker,
  /// such as JPEG, declares it this way, so that it does not pass for robust by hiding its gradient
  /// (straight-through: Bengio et al., 2013; BPDA: Athalye et al., 2018, section 4.1). The step keeps
  /// the shape, and its value comes out unrounded.
  public func straightThrough(
    _ step: (Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    let value = try withoutGradients { () throws(TorchError) in try step(try detached()) }
    guard value.shape == shape else {
      throw TorchError(
        code: .shape, operation: "straight through",
        message: "the step makes \(value.shape) of \(shape); it must keep the shape")
    }
    guard requiresGradient else { return value }
    // The difference is 0, and its gradient 1.
    return try value + (self - detached())
  }
}
