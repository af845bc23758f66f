public import HoldfastTensor

/// A table of one vector per id.
public struct Embedding {
  /// `(vocabulary, width)`.
  public let weight: Tensor

  /// The layer at `scope`: `weight`.
  public init(_ scope: ParameterScope, _ vocabulary: Int, _ width: Int) {
    weight = scope.parameter("weight", [vocabulary, width], .normal(0.02))
  }

  /// Ids (int64) `(…)` give `(…, width)`.
  public func callAsFunction(_ ids: Tensor) throws(TorchError) -> Tensor {
    try ids.embedded(in: weight)
  }
}
