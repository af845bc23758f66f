import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("The state of optimisers")
struct OptimizerStateTests {
  enum Kind: String, CaseIterable {
    case adamW, momentum, plain

    func optimizer(_ parameters: [Tensor]) throws -> Optimizer {
      switch self {
      case .adamW: try .adamW(parameters, weightDecay: 0.1)
      case .momentum: try .sgd(parameters, momentum: 0.9, weightDecay: 0.01)
      case .plain: try .sgd(parameters)
      }
    }

    var entries: Set<String> {
      switch self {
      case .adamW: ["step", "exp_avg", "exp_avg_sq"]
      case .momentum: ["momentum_buffer"]
      case .plain: []
      }
    }
  }

  private func leaves() throws -> [Tensor] {
    try [[3, 5], [7], []].enumerated().map { index, shape in
      var generator = Generator(seed: 1, stream: UInt64(index))
      return try generator.normal(shape).leaf()
    }
  }

  /// The steps of a run, with gradients and rates that depend on the step alone.
  private func run(
    _ steps: Range<Int>, _ optimizer: Optimizer, _ parameters: [Tensor]
  ) throws {
    for step in steps {
      let gradients = try parameters.enumerated().map { index, parameter in
        var generator = Generator(seed: 2, stream: "\(step)/\(index)")
        return try generator.normal(parameter.shape) + parameter.detached()
      }
      try optimizer.step(gradients, learningRate: 0.1 / Double(step + 1))
    }
  }

  private func bytes(_ tensors: [Tensor]) throws -> [[UInt8]] { try tensors.map { try $0.bytes() } }

  @Test("a run that stops and goes on ends in the same bits", arguments: Kind.allCases)
  func exact(_ kind: Kind) throws {
    let whole = try leaves()
    try run(0..<11, kind.optimizer(whole), whole)
    let first = try leaves()
    let stopped = try kind.optimizer(first)
    try run(0..<4, stopped, first)
    let state = try stopped.state()
    let second = try first.map { try $0.detached().clone().leaf() }
    try run(4..<6, stopped, first)  // what was saved stays as it was
    let resumed = try kind.optimizer(second)
    try resumed.restore(state)
    try run(4..<11, resumed, second)
    #expect(try bytes(second) == bytes(whole))
    if kind != .plain {  // the state matters
      let third = try leaves()
      let forgetful = try kind.optimizer(third)
      try run(0..<4, forgetful, third)
      try forgetful.restore([:])
      try run(4..<11, forgetful, third)
      #expect(try bytes(third) != bytes(whole))
    }
  }

  @Test("names, types and shapes", arguments: Kind.allCases)
  func entries(_ kind: Kind) throws {
    let parameters = try leaves()
    let optimizer = try kind.optimizer(parameters)
    #expect(try optimizer.state().isEmpty)
    try run(0..<3, optimizer, parameters)
    let state = try optimizer.state()
    let names = parameters.indices.flatMap { index in kind.entries.map { "\(index).\($0)" } }
    #expect(Set(state.keys) == Set(names))
    for (index, parameter) in parameters.enumerated() {
      for entry in kind.entries {
        let value = try #require(state["\(index).\(entry)"])
        #expect(!value.requiresGradient && value.device == .cpu)
        #expect(value.shape == (entry == "step" ? [] : parameter.shape))
        if entry == "step" {
          #expect(try value.dtype == .float64 && value.item() == 3)
        }
      }
    }
  }

  @Test("the state of another optimiser is refused, and nothing is taken over")
  func refused() throws {
    let parameters = try leaves()
    let optimizer = try Kind.adamW.optimizer(parameters)
    try run(0..<2, optimizer, parameters)
    let state = try optimizer.state()
    var (fewer, more, wider) = (state, state, state)
    fewer["1.exp_avg"] = nil
    more["3.exp_avg"] = try .zeros([7])
    wider["0.exp_avg_sq"] = try .zeros([5, 3])
    let buffers = ["0.momentum_buffer": try Tensor.zeros([3, 5])]
    for (other, word) in [
      (fewer, "1.exp_avg"), (more, "3.exp_avg"), (wider, "[5, 3]"), (buffers, "momentum_buffer"),
    ] {
      let error = try #require(throws: TorchError.self) { try optimizer.restore(other) }
      #expect(error.message.contains(word), "\(error.message)")
    }
    let after = try optimizer.state()
    #expect(try state.keys.allSatisfy { try state[$0]?.bytes() == after[$0]?.bytes() })
  }

  @Test("a step takes gradients that are views of a larger tensor", arguments: Kind.allCases)
  func views(_ kind: Kind) throws {
    let (one, other) = (try leaves(), try leaves())
    let (first, second) = (try kind.optimizer(one), try kind.optimizer(other))
    for _ in 0..<2 {
      let gradients = try one.map { try $0.detached() * 2 }
      let both = try gradients.map { try Tensor.stacking([$0, $0]) }
      try first.step(gradients, learningRate: 0.1)
      try second.step(both.map { try $0.select(0, 1) }, learningRate: 0.1)
    }
    #expect(try bytes(one) == bytes(other))
  }
}
