import Holdfast

/// The gradient of a sum of squares, as the reference of the tensors shows it.
func slopeOfSquares() throws -> Tensor {
  let x = try Tensor([1.0, 2, 3, 4], [2, 2]).leaf()  // (2, 2), asks for gradients
  let loss = try x.squared().sum()
  let slope = try gradient(of: loss, withRespectTo: x)  // 2 x
  return slope
}
