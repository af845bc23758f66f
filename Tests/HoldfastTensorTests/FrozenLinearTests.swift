import HoldfastTensor
import HoldfastTestSupport
import Testing

/// Linear layers in float32 on the CPU, whose frozen weights are kept in another order.
@Suite("Frozen linear layers")
struct FrozenLinearTests {
  let x, weight, bias: Tensor

  init() throws {
    func noise(_ shape: [Int], _ stream: UInt64) throws -> Tensor {
      var generator = Generator(seed: 1, stream: stream)
      return try generator.normal(shape)
    }
    x = try noise([3, 5, 17], 0)
    weight = try noise([33, 17], 1)
    bias = try noise([33], 2)
  }

  /// x Wᵀ + b by other means.
  func expected(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
    try x.to(.float64).matmul(weight.to(.float64).transposed()) + bias.to(.float64)
  }

  @Test func valuesAndGradients() throws {
    for _ in 0..<2 {  // the second time from what the first has left
      try expectClose(
        x.linear(weight, bias).to(.float64), expected(x, weight), atol: 1e-5, "value")
      let leaf = try x.leaf()
      let slope = try gradient(of: leaf.linear(weight, bias).squared().sum(), withRespectTo: leaf)
      let wide = try x.to(.float64).leaf()
      let truth = try gradient(of: expected(wide, weight).squared().sum(), withRespectTo: wide)
      try expectCloseToScale(slope.to(.float64), truth, ratio: 1e-6, "gradient")
    }
  }

  @Test func aWeightThatIsWrittenToIsReadAgain() throws {
    _ = try x.linear(weight, bias)
    try weight.assign(weight * -2)
    try expectClose(x.linear(weight, bias).to(.float64), expected(x, weight), atol: 2e-5)
    let slope = try x.leaf()
    let given = try gradient(of: slope.linear(weight).sum(), withRespectTo: slope)
    let truth = try weight.sum([0]).expanded([3, 5, 17])
    try expectClose(given, truth, atol: 1e-4)
  }

  @Test func theFirstCallAndTheNextGiveTheSameBytes() throws {
    let first = try x.linear(weight, bias).bytes()
    #expect(try x.linear(weight, bias).bytes() == first)
    #expect(try x.leaf().linear(weight, bias).bytes() == first)
  }

  @Test func secondDerivatives() throws {
    let leaf = try x.leaf()
    let y = try leaf.linear(weight, bias)
    let first = try gradients(
      of: (y * y * y).sum(), withRespectTo: [leaf], differentiable: true)[0]
    let second = try gradient(of: first.sum(), withRespectTo: leaf)
    let wide = try x.to(.float64).leaf()
    let z = try expected(wide, weight)
    let truth = try gradients(
      of: (z * z * z).sum(), withRespectTo: [wide], differentiable: true)[0]
    try expectCloseToScale(
      second.to(.float64), gradient(of: truth.sum(), withRespectTo: wide), ratio: 1e-5)
  }

  @Test func weightsThatTrainHaveGradients() throws {
    let trained = try weight.leaf()
    let slope = try gradient(of: x.linear(trained, bias).sum(), withRespectTo: trained)
    try expectClose(slope, x.sum([0, 1]).expanded([33, 17]), atol: 1e-4)
  }

  @Test func shapesThatDoNotMatchAreErrors() throws {
    let shorter = try bias.slice(0, 0..<32)
    #expect(throws: TorchError.self) { try x.linear(weight, shorter) }
    #expect(throws: TorchError.self) { try x.slice(2, 0..<16).linear(weight) }
    #expect(try x.slice(0, 0..<0).linear(weight, bias).shape == [0, 5, 33])
    let strided = try x.transposed(0, 1)
    try expectClose(
      strided.linear(weight, bias).to(.float64), expected(strided, weight), atol: 1e-5)
  }
}
