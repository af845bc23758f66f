import HoldfastLayers
import HoldfastTensor

/// What a training has come to: the leaves, what the optimiser remembers, the average, what is kept.
final class TrainingState {
  /// The lesson's own leaves, which are moved in place.
  let leaves: ParameterStore
  /// The same, in order.
  let tensors: [Tensor]
  /// The steps that were made.
  private(set) var step = 0

  private let keep: TrainingPlan.Keep
  private let groups: ParameterGroups
  private var average: MovingAverage?
  /// The examination that counts: the last, or that of the best state.
  private var examined: SavedState.Examined?
  /// A copy of the best state.
  private var best: ParameterStore?

  /// The state before the first step.
  init(_ leaves: ParameterStore, _ plan: TrainingPlan) throws(TorchError) {
    self.leaves = leaves
    tensors = leaves.names.compactMap { leaves[$0] }
    keep = plan.keep
    groups = try ParameterGroups(tensors, plan.optimization)
    if let decay = plan.optimization.ema {
      average = try MovingAverage(of: leaves, decay: decay)
    }
  }

  /// The device of the leaves.
  var device: Device { tensors.first?.device ?? .cpu }

  /// What is examined and kept: the moving average, or the leaves when there is none.
  var shown: ParameterStore { average?.average ?? leaves }

  /// Makes a step of the optimiser, then what `settle` wants of the leaves after it.
  func move(by gradients: [Tensor], rate: Double, settle: (Int) throws -> Void) throws {
    try groups.step(gradients, rate: rate)
    try settle(step)
    try average?.update(with: leaves)
    step += 1
  }

  /// Takes note of how this state does.
  func take(_ examination: Examination) throws(TorchError) {
    let before = examined?.examination.score ?? 0
    guard keep == .last || examination.score >= before else { return }
    examined = .init(step: step, examination: examination)
    if keep == .best { best = try shown.frozen() }
  }

  /// The state that is kept.
  func outcome() throws(TorchError) -> TrainingOutcome {
    if let best, let examined {
      return TrainingOutcome(
        leaves: best, step: examined.step, examination: examined.examination)
    }
    return TrainingOutcome(
      leaves: try shown.frozen(), step: step,
      examination: examined.flatMap { $0.step == step ? $0.examination : nil })
  }

  // MARK: Saving

  /// What is written to disk; the tensors are shared, but for those of the optimiser.
  func saved() throws(TorchError) -> SavedState {
    var optimizer = ParameterStore()
    for (key, tensor) in try groups.state().sorted(by: { $0.key < $1.key }) {
      guard let dot = key.firstIndex(of: "."), let place = Int(key[..<dot]) else { continue }
      optimizer[leaves.names[place] + key[dot...]] = tensor
    }
    var sections: [SavedState.Section: ParameterStore] = [.leaves: leaves, .optimizer: optimizer]
    sections[.average] = average?.average
    sections[.best] = best
    return SavedState(step: step, examined: examined, sections: sections)
  }

  /// Goes on from what was written to disk.
  ///
  /// - Parameter saved: a state that fits the leaves.
  func restore(_ saved: SavedState) throws {
    for name in leaves.names {
      if let tensor = saved.sections[.leaves]?[name] { try leaves[name]?.assign(tensor) }
    }
    if let store = saved.sections[.average] { try average?.restore(store) }
    best = try saved.sections[.best].map { kept in
      var best = kept
      for name in kept.names { best[name] = try kept[name]?.to(device) }
      return best
    }
    let places = Dictionary(uniqueKeysWithValues: zip(leaves.names, leaves.names.indices))
    let optimizer = saved.sections[.optimizer] ?? ParameterStore()
    var memory: [String: Tensor] = [:]
    for name in optimizer.names {
      guard let dot = name.lastIndex(of: "."), let place = places[String(name[..<dot])] else {
        continue
      }
      memory["\(place)\(name[dot...])"] = optimizer[name]
    }
    try groups.restore(memory)
    (step, examined) = (saved.step, saved.examined)
  }

  // MARK: Watching

  /// The last leaf with a number that is not finite; nil when all are.
  func lostLeaf() throws(TorchError) -> String? { try lastNotFinite(tensors) }

  /// The last leaf whose tensor in `tensors` is not finite, or too large for a norm in float32.
  func lastNotFinite(_ tensors: [Tensor]) throws(TorchError) -> String? {
    try withoutGradients { () throws(TorchError) -> String? in
      for (name, tensor) in zip(leaves.names, tensors).reversed() {
        if try !tensor.squared().sum().item().isFinite { return name }
      }
      return nil
    }
  }
}
