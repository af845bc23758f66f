public import HoldfastTensor

/// Two linear layers with a non-linearity between them.
public struct MLP {
  private let up: Linear
  private let down: Linear
  private let activation: Activation

  /// The layers at `scope`: `up` and `down`.
  public init(_ scope: ParameterScope, width: Int, hidden: Int, activation: Activation) {
    up = Linear(scope["up"], width, hidden)
    down = Linear(scope["down"], hidden, width)
    self.activation = activation
  }

  /// `(…, width)` gives the same shape.
  public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try down(activation(up(x)))  // (…, width) → (…, hidden) → (…, width)
  }
}
