public import HoldfastTensor
public import Testing

/// Checks the gradient of `layer` at `input`, float64, against central differences.
///
/// The output is weighted with noise and summed; every element of the input is moved in turn, so
/// keep it small.
public func checkLayerGradients(
  at input: Tensor, step: Double = 1e-5, tolerance: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation, _ layer: (Tensor) throws -> Tensor
) throws {
  let input = try input.to(.float64).contiguous()
  var generator = Generator(seed: 2, stream: "layer gradients")
  let weights = try generator.normal(layer(input).shape).to(.float64)
  func value(_ x: Tensor) throws -> Tensor { try (layer(x) * weights).sum() }

  let leaf = try input.leaf()
  let exact = try gradient(of: value(leaf), withRespectTo: leaf)
  let values = try input.array(of: Double.self)
  let differences = try withoutGradients {
    try values.indices.map { index in
      let sides = try [step, -step].map { offset in
        var moved = values
        moved[index] += offset
        return try value(Tensor(moved, input.shape)).item()
      }
      return (sides[0] - sides[1]) / (2 * step)
    }
  }
  try expectCloseToScale(
    exact, Tensor(differences, input.shape), ratio: tolerance, "the gradient",
    sourceLocation: sourceLocation)
}
