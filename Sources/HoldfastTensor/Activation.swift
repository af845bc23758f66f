import CTorch

/// The non-linearity of an MLP.
public enum Activation: String, Codable, Hashable, Sendable, CaseIterable {
  /// x σ(1.702 x), OpenAI's (Hendrycks and Gimpel, 2016, section 2).
  case quickGELU
  /// x Φ(x), with the exact normal distribution (Hendrycks and Gimpel, 2016).
  case gelu
  /// x Φ(x), by the tanh approximation.
  case geluTanh

  /// Element by element, any shape.
  public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try x.unary(operation, rawValue)
  }

  /// The shim's number for it.
  var operation: Int {
    switch self {
    case .quickGELU: HF_QUICK_GELU
    case .gelu: HF_GELU
    case .geluTanh: HF_GELU_TANH
    }
  }
}
