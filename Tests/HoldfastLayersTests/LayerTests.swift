import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Layers") struct LayerTests {
  private func loader() throws -> ParameterLoader {
    try ParameterLoader(InitialSource(Generator(seed: 3, stream: 0), dtype: .float64))
  }

  private func noise(_ shape: [Int], _ stream: UInt64 = 1) throws -> Tensor {
    var generator = Generator(seed: 4, stream: stream)
    return try generator.normal(shape).to(.float64)
  }

  @Test("have the gradients that differences show")
  func gradients() throws {
    let scope = try loader().root
    let norm = LayerNorm(scope["norm"], 6)
    try checkLayerGradients(at: noise([2, 6])) { try norm($0) }
    let linear = Linear(scope["linear"], 6, 4)
    try checkLayerGradients(at: noise([2, 6])) { try linear($0) }
    for activation in Activation.allCases {
      let mlp = MLP(scope["\(activation)"], width: 6, hidden: 12, activation: activation)
      try checkLayerGradients(at: noise([2, 3, 6])) { try mlp($0) }
      try checkLayerGradients(at: noise([12])) { try activation($0) }
    }
    let attention = MultiHeadAttention(scope["attention"], width: 6, heads: 2)
    for causal in [false, true] {
      try checkLayerGradients(at: noise([2, 4, 6])) { try attention($0, causal: causal) }
    }
    try checkLayerGradients(at: noise([2, 4, 6])) { try attention($0.slice(1, 0..<1), to: $0) }
  }

  @Test("QuickGELU has the gradient of the plain formula, in pieces and on strides")
  func quickGELU() throws {
    var generator = Generator(seed: 5, stream: 0)
    let whole = try generator.normal([301, 331]) * 3  // several pieces and a rest
    for x in [whole, try whole.transposed(), try whole.slice(1, 3..<200, step: 2)] {
      let (a, b) = (try x.leaf(), try x.leaf())
      let ours = try Activation.quickGELU(a)
      let plain = try b * (b * 1.702).sigmoid()
      try expectClose(ours, plain, atol: 1e-6, rtol: 1e-6)
      let weights = try x.cos()
      try expectClose(
        gradient(of: (ours * weights).sum(), withRespectTo: a),
        gradient(of: (plain * weights).sum(), withRespectTo: b), atol: 2e-6, rtol: 1e-6)
    }
  }

  @Test("QuickGELU can be differentiated twice")
  func quickGELUTwice() throws {
    let values: [Float] = [-3, -0.5, 0, 0.25, 2]
    func second(_ f: (Tensor) throws -> Tensor) throws -> Tensor {
      let x = try Tensor(values).leaf()
      let first = try HoldfastTensor.gradients(
        of: f(x).sum(), withRespectTo: [x], differentiable: true)[0]
      return try gradient(of: first.sum(), withRespectTo: x)
    }
    try expectClose(
      second { try $0.quickGELU() }, second { try $0 * ($0 * 1.702).sigmoid() }, atol: 1e-6)
  }

  @Test("attention of one token is a row of the whole")
  func partialAttention() throws {
    let attention = MultiHeadAttention(try loader().root, width: 8, heads: 4)
    let x = try noise([3, 5, 8])
    try expectClose(
      attention(x.slice(1, 0..<1), to: x), attention(x).slice(1, 0..<1), atol: 1e-12)
    let mask = try Tensor.range(5) .<= 2  // the third token sees the first three
    try expectClose(
      attention(x.slice(1, 2..<3), to: x, mask: mask.reshaped([1, 1, 1, 5])),
      attention(x, causal: true).slice(1, 2..<3), atol: 1e-12)
  }
}
