import HoldfastTensor

/// What turns the inputs of a tower into tokens, the class token first, each with its position.
protocol TokenEmbedding {
  /// The device that holds the parameters.
  var device: Device { get }
  /// The element type of the parameters.
  var dtype: DType { get }

  /// `(B, …)` gives `(B, N, D)`.
  func callAsFunction(_ input: Tensor) throws(TorchError) -> Tensor
}
