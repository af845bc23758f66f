public import HoldfastTensor

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
    switch self {
    case .quickGELU: try x.quickGELU()
    case .gelu: try x.gelu()
    case .geluTanh: try x.geluTanh()
    }
  }
}
