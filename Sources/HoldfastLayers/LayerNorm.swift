public import HoldfastTensor

/// Layer normalisation over the last axis (Ba et al., 2016).
public struct LayerNorm {
  /// The gain, `(width)`.
  public let weight: Tensor
  /// The shift, `(width)`.
  public let bias: Tensor
  /// What keeps the division by the standard deviation finite.
  public let epsilon: Double

  /// The layer at `scope`: `weight` and `bias`.
  public init(_ scope: ParameterScope, _ width: Int, epsilon: Double = 1e-5) {
    weight = scope.parameter("weight", [width], .ones)
    bias = scope.parameter("bias", [width])
    self.epsilon = epsilon
  }

  /// `(…, width)` gives the same shape.
  public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try x.layerNorm(weight, bias, epsilon: epsilon)
  }
}
