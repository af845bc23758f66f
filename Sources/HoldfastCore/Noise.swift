public import HoldfastTensor

/// The noise of a batch, one generator per sample, so that a sample's noise is its own.
public struct Noise {
  private var generators: [Generator]

  /// One generator per row of a batch.
  public init(_ generators: [Generator]) {
    self.generators = generators
  }

  /// Uniform numbers of [0, 1) in the shape of `x`, row by row.
  public mutating func uniform(like x: Tensor) throws(TorchError) -> Tensor {
    try rows(like: x) { (generator, shape) throws(TorchError) in try generator.uniform(shape) }
  }

  /// Standard normal numbers in the shape of `x`, row by row.
  public mutating func normal(like x: Tensor) throws(TorchError) -> Tensor {
    try rows(like: x) { (generator, shape) throws(TorchError) in try generator.normal(shape) }
  }

  private mutating func rows(
    like x: Tensor, _ draw: (inout Generator, [Int]) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    let shape = Array(x.shape.dropFirst())
    var drawn: [Tensor] = []
    for index in generators.indices {
      drawn.append(try draw(&generators[index], shape))
    }
    return try Tensor.stacking(drawn).to(x.device)
  }
}
