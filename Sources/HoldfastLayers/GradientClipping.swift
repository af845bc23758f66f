public import HoldfastTensor

/// The gradients, scaled down together if their joint Euclidean norm is above `limit`.
///
/// Source: Pascanu et al., 2013, algorithm 1, over all parameters as one vector.
public func clipped(_ gradients: [Tensor], toNorm limit: Double) throws(TorchError) -> [Tensor] {
  guard !gradients.isEmpty else { return [] }
  var squares: [Tensor] = []
  for gradient in gradients { squares.append(try gradient.squared().sum()) }
  let norm = try Tensor.stacking(squares).sum().squareRoot()
  let factor = try (limit / (norm + 1e-6)).minimum(1)
  var result: [Tensor] = []
  for gradient in gradients { result.append(try gradient * factor) }
  return result
}
