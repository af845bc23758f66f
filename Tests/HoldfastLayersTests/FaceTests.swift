import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// Detached views of parameters that train.
///
/// libtorch's SGD writes without raising a weight's version, and
/// so do its fused kernels, none of which the shim calls; the shim raises it after every step.
@Suite("The unrecorded face of parameters that train")
struct FaceTests {
  enum Kind: String, CaseIterable {
    case adamW, sgd, momentum

    func optimizer(_ parameters: [Tensor]) throws -> Optimizer {
      switch self {
      case .adamW: try .adamW(parameters, weightDecay: 0.01)
      case .sgd: try .sgd(parameters)
      case .momentum: try .sgd(parameters, momentum: 0.9, weightDecay: 0.01)
      }
    }
  }

  /// An attention, whole and of one token, MLPs of two kinds, and a linear layer.
  private struct Tower {
    let attention: MultiHeadAttention
    let quick, exact: MLP
    let projection: Linear

    init(_ scope: ParameterScope) {
      attention = MultiHeadAttention(scope["attention"], width: 32, heads: 4)
      quick = MLP(scope["quick"], width: 32, hidden: 48, activation: .quickGELU)
      exact = MLP(scope["exact"], width: 32, hidden: 48, activation: .gelu)
      projection = Linear(scope["projection"], 32, 16)
    }

    init(_ store: ParameterStore) throws {
      let loader = try ParameterLoader(StoreSource(store))
      self.init(loader.root)
      _ = try loader.finish()
    }

    /// `(B, N, 32)` gives `(B, 1, 16)`.
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      var x = try attention(x, adding: x)
      x = try quick(x, adding: x)
      x = try exact(x, adding: x)
      return try projection(attention(x.slice(1, 0..<1), to: x))
    }

    /// The bytes of the output, without and with a record, and of the gradient of the input.
    func answers(to x: Tensor) throws -> [[UInt8]] {
      let leaf = try x.leaf()
      let y = try self(leaf)
      let slope = try gradient(of: y.to(.float32).squared().sum(), withRespectTo: leaf)
      return [try self(x).bytes(), try y.bytes(), try slope.bytes()]
    }
  }

  private let fresh: ParameterStore
  private let x: Tensor

  init() throws {
    let loader = try ParameterLoader(InitialSource(Generator(seed: 3, stream: 0)))
    _ = Tower(loader.root)
    fresh = try loader.finish()
    var generator = Generator(seed: 4, stream: 0)
    x = try generator.normal([3, 7, 32])
  }

  private func tensors(_ store: ParameterStore) -> [Tensor] { store.names.compactMap { store[$0] } }

  /// A step down a loss on `leaves`, which `cast` brings to what the tower computes in.
  private func step(
    _ optimizer: Optimizer, _ leaves: ParameterStore, in dtype: DType
  ) throws {
    let y = try Tower(leaves.cast(to: dtype))(x.to(dtype))
    let slopes = try gradients(
      of: y.to(.float32).squared().sum(), withRespectTo: tensors(leaves))
    // Of one size, so that no optimiser diverges and none stands still.
    let even = try slopes.map { try $0 / max(1e-12, $0.absolute().max().item()) }
    try optimizer.step(even, learningRate: 0.01)
  }

  @Test(
    "after every step it answers as a fresh copy, to the bit",
    arguments: Kind.allCases, [DType.float32, .bfloat16])
  func afterSteps(_ kind: Kind, _ dtype: DType) throws {
    let leaves = try fresh.cast(to: dtype).trainable()
    let optimizer = try kind.optimizer(tensors(leaves))
    let (kept, x) = (try Tower(leaves.unrecorded()), try x.to(dtype))
    var before = try kept.answers(to: x)
    for number in 0..<5 {
      try step(optimizer, leaves, in: dtype)
      let expected = try Tower(leaves.frozen()).answers(to: x)
      #expect(try kept.answers(to: x) == expected, "the face that was kept, step \(number)")
      #expect(try Tower(leaves.unrecorded()).answers(to: x) == expected, "a new face")
      #expect(expected != before, "step \(number) changed nothing")
      before = expected
    }
  }

  @Test("a cast of it is made anew after a step", arguments: Kind.allCases)
  func cast(_ kind: Kind) throws {
    let leaves = try fresh.trainable()
    let optimizer = try kind.optimizer(tensors(leaves))
    let half = try x.to(.bfloat16)
    for _ in 0..<3 {
      let old = try Tower(leaves.unrecorded().cast(to: .bfloat16))
      let before = try old.answers(to: half)
      try step(optimizer, leaves, in: .bfloat16)
      let expected = try Tower(leaves.frozen().cast(to: .bfloat16)).answers(to: half)
      #expect(
        try Tower(leaves.unrecorded().cast(to: .bfloat16)).answers(to: half) == expected)
      #expect(try old.answers(to: half) == before && before != expected)
    }
  }

  @Test("a step between a pass and its gradient is an error, not a wrong gradient")
  func between() throws {
    let leaves = try fresh.trainable()
    let optimizer = try Optimizer.sgd(tensors(leaves))
    let leaf = try x.leaf()
    let y = try Tower(leaves.unrecorded())(leaf).sum()
    try step(optimizer, leaves, in: .float32)
    #expect(throws: TorchError.self) { try gradient(of: y, withRespectTo: leaf) }
  }

  @Test("it shares memory, records nothing, and leaves frozen tensors alone")
  func views() throws {
    var store = ParameterStore()
    store["w"] = try Tensor([1, 2] as [Float]).leaf()
    store["b"] = try Tensor([3] as [Float])
    store["sum"] = try #require(store["w"]) * 2
    let face = try store.unrecorded()
    #expect(face.names == store.names && face["b"] === store["b"])
    #expect(face.names.allSatisfy { face[$0]?.requiresGradient == false })
    let optimizer = try Optimizer.sgd([#require(store["w"])])
    try optimizer.step([Tensor([1, 1] as [Float])], learningRate: 1)
    #expect(try face["w"]?.array(of: Float.self) == [0, 1])
    #expect(try face["sum"]?.array(of: Float.self) == [2, 4])
  }

  /// Kept or new, a face of 4 MB makes 8 MB of copies a step: 1.6 GB if none were let go.
  @Test("copies of old weights are let go")
  func memory() throws {
    let side = 1024
    var store = ParameterStore()
    store["w"] = try Tensor.full(0.01, [side, side]).leaf()
    let weight = try #require(store["w"])
    let slope = try Tensor.full(1e-3, [side, side])
    let optimizer = try Optimizer.sgd([weight])
    let x = try Tensor.ones([2, side])
    let kept = try store.unrecorded()
    func pass(_ face: ParameterStore) throws {
      let leaf = try x.leaf()
      _ = try gradient(of: leaf.linear(#require(face["w"])).sum(), withRespectTo: leaf)
    }
    func step() throws {
      try pass(kept)
      try pass(store.unrecorded())
      try optimizer.step([slope], learningRate: 0.1)
    }
    for _ in 0..<5 { try step() }
    let before = try Torch.peakMemory(of: .cpu)
    for _ in 0..<100 { try step() }
    #expect(try Torch.peakMemory(of: .cpu) - before < 800 << 20)
  }
}
