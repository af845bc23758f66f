import HoldfastTensor

/// The Euclidean norm of gradients as one vector: a scalar.
func norm(of gradients: [Tensor]) throws(TorchError) -> Tensor {
  var squares: [Tensor] = []
  for gradient in gradients { squares.append(try gradient.squared().sum()) }
  return try Tensor.stacking(squares).sum().squareRoot()
}

/// The gradients, scaled down together if their norm is above `limit`.
///
/// Source: Pascanu et al., 2013, algorithm 1, over all parameters as one vector.
func clipped(
  _ gradients: [Tensor], toNorm limit: Double, from norm: Tensor
) throws(TorchError) -> [Tensor] {
  let factor = try (limit / (norm + 1e-6)).minimum(1)
  var result: [Tensor] = []
  for gradient in gradients { result.append(try gradient * factor) }
  return result
}
