import HoldfastLayers
import HoldfastTensor

/// Updates the parameters of a model by AdamW; matrices decay, gains and shifts do not.
struct Learner {
  private let groups: [(parameters: [Tensor], optimizer: Optimizer)]
  private let schedule: CosineSchedule
  private let gradientNorm: Double

  /// Moves all parameters of a store, whose gradients can be asked for.
  init(_ store: ParameterStore, _ plan: LearningPlan) throws {
    let all = store.names.compactMap { store[$0] }
    let kinds = [
      (all.filter { $0.rank >= 2 }, plan.weightDecay), (all.filter { $0.rank < 2 }, 0),
    ]
    groups = try kinds.map { parameters, decay in
      (parameters, try .adamW(parameters, betas: (0.9, 0.98), weightDecay: decay))
    }
    schedule = plan.schedule
    gradientNorm = plan.gradientNorm
  }

  /// One step down the gradient of a scalar loss; `number` counts from 0.
  func step(_ loss: Tensor, number: Int) throws(TorchError) {
    let all = try gradients(of: loss, withRespectTo: groups.flatMap(\.parameters))
    var rest = try clipped(all, toNorm: gradientNorm)[...]
    for (parameters, optimizer) in groups {
      try optimizer.step(Array(rest.prefix(parameters.count)), learningRate: schedule(number))
      rest = rest.dropFirst(parameters.count)
    }
  }
}
