import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Gradients")
struct GradientTests {
  func noise(_ shape: [Int], _ stream: UInt64 = 0) throws -> Tensor {
    var generator = Generator(seed: 1, stream: stream)
    return try generator.normal(shape).to(.float64)
  }

  @Test func againstFiniteDifferences() throws {
    let image = try noise([1, 2, 5, 6])
    let weight = try noise([3, 2, 2, 2], 1)
    let tokens = try noise([1, 2, 3, 4], 2)
    let gain = try noise([4], 3)
    let cases: [(Tensor, (Tensor) throws -> Tensor)] = [
      (image, { try $0.convolved(weight, stride: [1, 1], padding: [1, 0]).tanh() }),
      (image, { try $0.resized(height: 3, width: 4, by: .bicubic, antialias: true) }),
      (image, { try $0.resized(height: 7, width: 8, by: .bilinear, antialias: false) }),
      (image, { try $0.realFourier2().inverseRealFourier2(height: 5, width: 6).squared() }),
      (tokens, { try .attention($0, $0 * 2, $0.sin()) }),
      (tokens, { try .attention($0, $0, $0, causal: true, math: true) }),
      (tokens, { try $0.layerNorm(gain, nil, epsilon: 1e-3) }),
      (tokens, { try $0.gelu() + $0.geluTanh() + $0.quickGELU() + $0.silu() }),
      (tokens, { try $0.logSoftmax() * $0.softmax() }),
      (tokens, { try $0.normalized() }), (tokens, { try $0.norm(2, [2, 3]) }),
      (tokens, { try $0.logSumExp([1, 2]) }), (tokens, { try $0.max([3]) }),
      (tokens, { try $0.sorted(2).values.squared() }), (tokens, { try $0.variance([1]) }),
      (tokens, { try .concatenating([$0.exp(), $0.sin()], 3).permuted([3, 0, 2, 1]) }),
    ]
    for (x, layer) in cases { try checkLayerGradients(at: x, tolerance: 1e-5, layer) }
  }

  @Test func severalInputsAndAKeptGraph() throws {
    let (a, b) = (try Tensor([2] as [Float]).leaf(), try Tensor([3] as [Float]).leaf())
    let y = try (a * a * b).sum()
    let first = try gradients(of: y, withRespectTo: [a, b], keepGraph: true)
    #expect(try first.map { try $0.item() } == [12, 4])
    #expect(try gradient(of: y, withRespectTo: a).item() == 12)
    #expect(throws: TorchError.self) { try gradient(of: y, withRespectTo: a) }
  }

  @Test func secondDerivatives() throws {
    let x = try Tensor([2] as [Float]).leaf()
    let first = try gradients(of: (x * x * x).sum(), withRespectTo: [x], differentiable: true)[0]
    #expect(try gradient(of: first.sum(), withRespectTo: x).item() == 12)
  }

  @Test func whatHasNoGradientIsAnError() throws {
    let (x, other) = (try Tensor([1, 2] as [Float]).leaf(), try Tensor([1] as [Float]).leaf())
    #expect(throws: TorchError.self) { try gradient(of: x * 2, withRespectTo: x) }
    #expect(throws: TorchError.self) { try gradient(of: x.sum(), withRespectTo: other) }
    #expect(throws: TorchError.self) { try gradient(of: Tensor.ones([]), withRespectTo: x) }
    #expect(throws: TorchError.self) { try Tensor([1, 2]).leaf() }
  }

  @Test func whatIsNotUsedHasZerosWhereThatIsAllowed() throws {
    let x = try Tensor([1, 2] as [Float]).leaf()
    let other = try Tensor([1, 2, 3] as [Float]).to(.float64).leaf()
    let slopes = try gradients(
      of: x.squared().sum(), withRespectTo: [other, x], allowUnused: true)
    #expect(slopes[0].shape == [3] && slopes[0].dtype == .float64)
    #expect(try slopes[0].array(of: Double.self) == [0, 0, 0])
    #expect(try slopes[1].array(of: Float.self) == [2, 4])
    #expect(throws: TorchError.self) {
      try gradients(of: Tensor.ones([]), withRespectTo: [x], allowUnused: true)
    }
  }

  @Test func modesNestAndComeBack() throws {
    struct Stop: Error {}
    let x = try Tensor([1] as [Float]).leaf()
    var seen: [Bool] = []
    func look() throws { seen.append(try x.exp().requiresGradient) }
    try look()
    try withoutGradients { () throws in
      try look()
      try withGradients(enabled: true) { () throws in
        try look()
        try withoutGradients { () throws in try look() }
        try look()
      }
      try look()
    }
    try look()
    #expect(throws: Stop.self) { try withoutGradients { () throws in throw Stop() } }
    try look()
    #expect(seen == [true, false, true, false, true, false, true, true])
  }

  @Test func detachedIsCutOff() throws {
    let x = try Tensor([3] as [Float]).leaf()
    #expect(x.requiresGradient)
    #expect(try !x.detached().requiresGradient)
    let y = try (x * x.detached()).sum()
    #expect(try gradient(of: y, withRespectTo: x).item() == 3)
  }
}

@Suite("Optimisers move parameters as their formulas say")
struct OptimizerTests {
  @Test func sgd() throws {
    let p = try Tensor([1, -2] as [Float]).leaf()
    let optimizer = try Optimizer.sgd([p], momentum: 0.9, weightDecay: 0.1)
    var (w, velocity) = ([1.0, -2.0], [0.0, 0.0])
    for (step, g) in [[0.5, 1.0], [-0.25, 2.0]].enumerated() {
      try optimizer.step([Tensor(g.map { Float($0) })], learningRate: 0.1)
      for i in 0..<2 {
        let slope = g[i] + 0.1 * w[i]
        velocity[i] = step == 0 ? slope : 0.9 * velocity[i] + slope
        w[i] -= 0.1 * velocity[i]
      }
      try expectClose(p.detached(), Tensor(w.map { Float($0) }), atol: 1e-6)
    }
  }

  @Test func adamW() throws {
    let p = try Tensor([1, -2] as [Float]).leaf()
    let optimizer = try Optimizer.adamW([p], betas: (0.9, 0.99), epsilon: 1e-8, weightDecay: 0.1)
    var (w, m, v) = ([1.0, -2.0], [0.0, 0.0], [0.0, 0.0])
    for (step, g) in [[0.5, 1.0], [-0.25, 2.0], [0.1, 0.1]].enumerated() {
      let rate = 0.1 / Double(step + 1)
      let gradient = try Tensor(g.map { Float($0) })
      try optimizer.step([gradient], learningRate: rate)
      #expect(try gradient.array(of: Float.self) == g.map { Float($0) }, "the gradient was changed")
      for i in 0..<2 {
        w[i] *= 1 - rate * 0.1
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.99 * v[i] + 0.01 * g[i] * g[i]
        let t = Double(step + 1)
        let corrected = (v[i] / (1 - power(0.99, t))).squareRoot() + 1e-8
        w[i] -= rate * m[i] / (1 - power(0.9, t)) / corrected
      }
      try expectClose(p.detached(), Tensor(w.map { Float($0) }), atol: 1e-6)
    }
  }

  private func power(_ x: Double, _ n: Double) -> Double {
    (0..<Int(n)).reduce(1) { product, _ in product * x }
  }

  @Test func gradientsMayBeViews() throws {
    let p = try Tensor([1, -2, 3] as [Float]).leaf()
    for optimizer in [try Optimizer.sgd([p], momentum: 0.5), try .adamW([p], weightDecay: 0)] {
      let slope = try gradient(of: p.sum(), withRespectTo: p)  // one number, expanded
      let before = try p.array(of: Float.self)
      try optimizer.step([slope], learningRate: 0.5)
      try expectClose(p.detached(), Tensor(before.map { $0 - 0.5 }), atol: 1e-6)
      #expect(try slope.array(of: Float.self) == [1, 1, 1])
    }
  }

  @Test func gradientsThatDoNotFitAreAnError() throws {
    let p = try Tensor([1, -2] as [Float]).leaf()
    let optimizer = try Optimizer.sgd([p])
    #expect(throws: TorchError.self) { try optimizer.step([], learningRate: 0.1) }
    #expect(throws: TorchError.self) { try optimizer.step([.ones([3])], learningRate: 0.1) }
    #expect(throws: TorchError.self) { try optimizer.step([.ones([1])], learningRate: 0.1) }
    #expect(try p.array(of: Float.self) == [1, -2])
  }
}

@Suite("Handles")
struct HandleTests {
  /// Other tests hold tensors at the same time, so a leak is looked for in proportion to the work.
  @Test func handlesAreReleased() throws {
    let before = Torch.liveTensorCount
    for _ in 0..<5000 {
      let x = try Tensor([1, 2, 3, 4] as [Float], [2, 2]).leaf()
      let y = try x.matmul(x).softmax().sorted().values.slice(0, 0..<1).sum()
      _ = try gradient(of: y, withRespectTo: x)
      #expect(throws: TorchError.self) { try x.matmul(.ones([3, 3])) }
    }
    #expect(Torch.liveTensorCount - before < 2500)
  }
}
