import HoldfastTensor

/// The optimisers of a training: one for the parameters that decay, one for those that do not.
struct ParameterGroups {
  private let groups: [(places: [Int], optimizer: Optimizer)]

  init(_ leaves: [Tensor], _ optimization: Optimization) throws(TorchError) {
    let decays = leaves.map { optimization.decayed == .all || $0.rank >= 2 }
    var groups: [(places: [Int], optimizer: Optimizer)] = []
    for isDecayed in [true, false] {
      let places = leaves.indices.filter { decays[$0] == isDecayed }
      guard !places.isEmpty else { continue }
      let optimizer = try optimization.method.optimizer(
        of: places.map { leaves[$0] }, decay: isDecayed ? optimization.decay : 0)
      groups.append((places, optimizer))
    }
    self.groups = groups
  }

  /// Moves the leaves by gradients in the leaves' order.
  func step(_ gradients: [Tensor], rate: Double) throws(TorchError) {
    for (places, optimizer) in groups {
      try optimizer.step(places.map { gradients[$0] }, learningRate: rate)
    }
  }

  /// What the optimisers remember, as `<place of the leaf>.<entry>`.
  func state() throws(TorchError) -> [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (places, optimizer) in groups {
      for (key, tensor) in try optimizer.state() {
        guard let (index, entry) = parts(key), places.indices.contains(index) else { continue }
        state["\(places[index]).\(entry)"] = tensor
      }
    }
    return state
  }

  /// Takes on what ``state()`` gave.
  func restore(_ state: [String: Tensor]) throws(TorchError) {
    for (places, optimizer) in groups {
      var own: [String: Tensor] = [:]
      for (key, tensor) in state {
        guard let (place, entry) = parts(key), let index = places.firstIndex(of: place) else {
          continue
        }
        own["\(index).\(entry)"] = tensor
      }
      try optimizer.restore(own)
    }
  }

  private func parts(_ key: String) -> (index: Int, entry: Substring)? {
    guard let dot = key.firstIndex(of: "."), let index = Int(key[..<dot]) else { return nil }
    return (index, key[key.index(after: dot)...])
  }
}

extension Optimization.Method {
  fileprivate func optimizer(
    of parameters: [Tensor], decay: Double
  ) throws(TorchError) -> Optimizer {
    switch self {
    case .adamW(let beta1, let beta2, let epsilon):
      try .adamW(parameters, betas: (beta1, beta2), epsilon: epsilon, weightDecay: decay)
    case .sgd(let momentum): try .sgd(parameters, momentum: momentum, weightDecay: decay)
    }
  }
}
