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
  ///
  /// - Parameter stream: what the result is added to.
  public func callAsFunction(
    _ x: Tensor, adding stream: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try x.mlp(  // (…, width) → (…, hidden) → (…, width)
      up: (up.weight, up.bias), down: (down.weight, down.bias), activation, adding: stream)
  }
}
