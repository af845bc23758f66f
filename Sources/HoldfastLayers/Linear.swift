public import HoldfastTensor

/// x Wᵀ + b, whatever W is made of.
protocol AffineMap {
  /// `(…, inputs)` gives `(…, outputs)`, added to a stream of that shape if there is one.
  func callAsFunction(_ x: Tensor, adding stream: Tensor?) throws(TorchError) -> Tensor

  /// The map that gives only the outputs `rows`.
  func rows(_ rows: Range<Int>) throws(TorchError) -> Self
}

extension AffineMap {
  /// `(…, inputs)` gives `(…, outputs)`.
  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try self(x, adding: nil) }
}

/// x Wᵀ + b.
public struct Linear: AffineMap {
  /// `(outputs, inputs)`.
  public let weight: Tensor
  /// `(outputs)`, or none.
  public let bias: Tensor?
  private let parts = Parts()

  /// The layer at `scope`: `weight`, and `bias` if it has one.
  public init(_ scope: ParameterScope, _ inputs: Int, _ outputs: Int, bias: Bool = true) {
    weight = scope.parameter("weight", [outputs, inputs], .normal(1 / Double(inputs).squareRoot()))
    self.bias = bias ? scope.parameter("bias", [outputs]) : nil
  }

  /// A layer of the given parameters.
  public init(weight: Tensor, bias: Tensor?) {
    self.weight = weight
    self.bias = bias
  }

  /// `(…, inputs)` gives `(…, outputs)`.
  ///
  /// - Parameter stream: what the result is added to.
  public func callAsFunction(
    _ x: Tensor, adding stream: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try x.linear(weight, bias, adding: stream)
  }

  /// The layer that gives only the outputs `rows`; it shares this one's memory.
  func rows(_ rows: Range<Int>) throws(TorchError) -> Linear {
    if let known = parts.known[rows], isFrozen { return known }
    let part = Linear(weight: try weight.slice(0, rows), bias: try bias?.slice(0, rows))
    if isFrozen { parts.known[rows] = part }
    return part
  }

  private var isFrozen: Bool { !weight.requiresGradient && bias?.requiresGradient != true }
}

/// The parts of a frozen layer that were asked for: what is prepared of a weight before it multiplies
/// stays with the tensor, so a part must be the same one each time.
private final class Parts {
  var known: [Range<Int>: Linear] = [:]
}
