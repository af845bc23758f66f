import HoldfastTensor
import HoldfastTestSupport
import Testing

/// The two linear layers of an MLP, whose activation and sum are made with their products.
@Suite("Frozen MLPs")
struct FrozenMLPTests {
  let x, stream: Tensor
  let up, down: (weight: Tensor, bias: Tensor?)

  init() throws {
    func noise(_ shape: [Int], _ stream: UInt64) throws -> Tensor {
      var generator = Generator(seed: 2, stream: stream)
      return try generator.normal(shape)
    }
    x = try noise([3, 5, 17], 0)
    stream = try noise([3, 5, 19], 1)
    up = (try noise([33, 17], 2) / 4, try noise([33], 3))
    down = (try noise([19, 33], 4) / 6, try noise([19], 5))
  }

  /// The same by plain operations in float64.
  func expected(_ activation: Activation, _ x: Tensor, _ stream: Tensor? = nil) throws -> Tensor {
    func wide(_ tensor: Tensor?) throws -> Tensor? { try tensor?.to(.float64) }
    func layer(_ x: Tensor, _ layer: (weight: Tensor, bias: Tensor?)) throws -> Tensor {
      let y = try x.matmul(layer.weight.to(.float64).transposed())
      return try wide(layer.bias).map { try y + $0 } ?? y
    }
    let y = try layer(activation(layer(x.to(.float64), up)), down)
    return try wide(stream).map { try y + $0 } ?? y
  }

  @Test(arguments: Activation.allCases)
  func values(_ activation: Activation) throws {
    for _ in 0..<2 {  // the second time from what the first has left
      try expectClose(
        x.mlp(up: up, down: down, activation).to(.float64), expected(activation, x), atol: 1e-5)
      try expectClose(
        x.mlp(up: up, down: down, activation, adding: stream).to(.float64),
        expected(activation, x, stream), atol: 1e-5)
      let recorded = try x.leaf().mlp(up: up, down: down, activation, adding: stream)
      try expectClose(recorded.to(.float64), expected(activation, x, stream), atol: 1e-5)
    }
    let bare: (weight: Tensor, bias: Tensor?) = (up.weight, nil)
    try expectClose(
      x.mlp(up: bare, down: down, activation), down(activation(x.linear(up.weight))), atol: 1e-5)
  }

  private func down(_ x: Tensor) throws -> Tensor { try x.linear(down.weight, down.bias) }

  @Test(arguments: Activation.allCases)
  func gradientsOfBothInputs(_ activation: Activation) throws {
    let (leaf, added) = (try x.leaf(), try stream.leaf())
    let ours = try gradients(
      of: leaf.mlp(up: up, down: down, activation, adding: added).squared().sum(),
      withRespectTo: [leaf, added])
    let (wide, wideAdded) = (try x.to(.float64).leaf(), try stream.to(.float64).leaf())
    let truth = try gradients(
      of: expected(activation, wide, wideAdded).squared().sum(), withRespectTo: [wide, wideAdded])
    for (slope, truth) in zip(ours, truth) {
      try expectCloseToScale(slope.to(.float64), truth, ratio: 1e-5)
    }
    // Of the stream alone, as where nothing that is differentiated went through the branch.
    let alone = try gradient(
      of: x.mlp(up: up, down: down, activation, adding: added).squared().sum(),
      withRespectTo: added)
    try expectCloseToScale(alone.to(.float64), truth[1], ratio: 1e-5)
  }

  @Test(arguments: Activation.allCases)
  func secondDerivatives(_ activation: Activation) throws {
    func second(_ x: Tensor, _ y: (Tensor) throws -> Tensor) throws -> Tensor {
      let leaf = try x.leaf()
      let value = try y(leaf)
      let first = try gradients(
        of: (value * value * value).sum(), withRespectTo: [leaf], differentiable: true)[0]
      return try gradient(of: first.squared().sum(), withRespectTo: leaf)
    }
    try expectCloseToScale(
      second(x) { try $0.mlp(up: up, down: down, activation, adding: stream) }.to(.float64),
      second(x.to(.float64)) { try expected(activation, $0, stream) }, ratio: 1e-4)
  }

  @Test func aWeightThatIsWrittenToIsReadAgain() throws {
    _ = try x.mlp(up: up, down: down, .quickGELU)
    try up.weight.assign(up.weight * -2)
    try down.weight.assign(down.weight * 3)
    try expectClose(
      x.mlp(up: up, down: down, .quickGELU).to(.float64), expected(.quickGELU, x), atol: 2e-5)
    // The same weight by itself, as a layer of no MLP.
    try expectClose(
      x.linear(up.weight).to(.float64),
      x.to(.float64).matmul(up.weight.to(.float64).transposed()), atol: 1e-5)
  }

  @Test func weightsThatTrainHaveGradients() throws {
    let trained = try up.weight.leaf()
    let slope = try gradient(
      of: x.mlp(up: (trained, up.bias), down: down, .quickGELU, adding: stream).squared().sum(),
      withRespectTo: trained)
    let again = try up.weight.leaf()
    let plain = try gradient(
      of: (stream + down((x.linear(again, up.bias)).quickGELU())).squared().sum(),
      withRespectTo: again)
    try expectCloseToScale(slope, plain, ratio: 1e-5)
  }

  @Test func aStreamOfAnotherTypeOrShape() throws {
    let wide = try stream.to(.float64)
    let sum = try x.mlp(up: up, down: down, .quickGELU, adding: wide)
    #expect(sum.dtype == .float64)
    try expectClose(sum, expected(.quickGELU, x, stream), atol: 1e-5)
    let row = try stream.slice(0, 0..<1).slice(1, 0..<1)  // broadcasts
    try expectClose(
      x.linear(up.weight, adding: row.slice(2, 0..<1)).to(.float64),
      x.to(.float64).matmul(up.weight.to(.float64).transposed())
        + row.slice(2, 0..<1).to(.float64), atol: 1e-5)
    let strided = try stream.transposed(0, 1).contiguous().transposed(0, 1)
    try expectClose(
      x.mlp(up: up, down: down, .gelu, adding: strided).to(.float64),
      expected(.gelu, x, stream), atol: 1e-5)
    #expect(throws: TorchError.self) {
      try x.mlp(up: up, down: up, .quickGELU)
    }
  }
}
