public import HoldfastTensor

/// The noise of a batch, one generator per sample, so that a sample's noise is its own.
public struct Noise {
  /// The generator of each row, as far as it has been drawn from.
  public private(set) var generators: [Generator]
  /// Which of a sample's runs each row is in, from 0.
  public let runs: [Int]
  /// How often each row was run before with the same aim: `runs`, less those at other targets.
  public let restarts: [Int]

  /// One generator per row of a batch, in the first run of each unless `runs` says otherwise.
  public init(_ generators: [Generator], runs: [Int]? = nil, restarts: [Int]? = nil) {
    self.generators = generators
    self.runs = runs ?? generators.map { _ in 0 }
    self.restarts = restarts ?? self.runs
  }

  /// The given rows alone.
  public func keeping(_ rows: [Int]) -> Noise {
    Noise(
      rows.map { generators[$0] }, runs: rows.map { runs[$0] },
      restarts: rows.map { restarts[$0] })
  }

  /// Puts back rows that were taken out with ``keeping(_:)`` and drawn from.
  public mutating func restore(_ part: Noise, at rows: [Int]) {
    for (row, generator) in zip(rows, part.generators) { generators[row] = generator }
  }

  /// What `draw` makes of each row's own generator.
  public mutating func perRow<Value>(
    _ draw: (inout Generator, _ row: Int) throws(TorchError) -> Value
  ) throws(TorchError) -> [Value] {
    var drawn: [Value] = []
    drawn.reserveCapacity(generators.count)
    for row in generators.indices { drawn.append(try draw(&generators[row], row)) }
    return drawn
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
    let drawn = try perRow { (generator, _) throws(TorchError) in try draw(&generator, shape) }
    return try Tensor.stacking(drawn).to(x.device)
  }
}
