package import HoldfastLayers
package import HoldfastRecords
package import HoldfastTensor

/// Steps of training, with looks at the validation samples between them.
package struct TrainingLoop {
  /// A state of a model, and how it does on the validation samples.
  package struct Result<Model> {
    package let model: Model
    package let validation: ProportionRecord
    package let step: Int
  }

  package let plan: LearningPlan
  package let observer: any RunObserver

  /// A loop that tells `observer` how it goes.
  package init(plan: LearningPlan, observer: any RunObserver) {
    self.plan = plan
    self.observer = observer
  }

  /// Moves `parameters` by the plan, and gives the state that did best on the validation samples.
  ///
  /// - Parameters:
  ///   - loss: the loss of a fresh batch.
  ///   - settle: what holds after each step, such as bounds on a parameter.
  ///   - examine: a frozen copy of the state, with its share of validation samples.
  ///   - observe: sees the loss of each step.
  package func run<Model>(
    _ parameters: ParameterStore, loss: () throws -> Tensor, settle: () throws -> Void = {},
    examine: () throws -> (Model, ProportionRecord), observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> Result<Model> {
    let learner = try Learner(parameters, plan)
    var progress = TrainingProgress(observer, plan)
    defer { progress.end() }
    var best: Result<Model>?
    for step in 0..<plan.steps {
      let value = try loss()
      try learner.step(value, number: step)
      try settle()
      let seen = try value.item()
      observe(step, seen)
      progress.update(step: step + 1, loss: seen)
      guard (step + 1).isMultiple(of: plan.interval) || step + 1 == plan.steps else { continue }
      let (model, validation) = try examine()
      progress.report(validation, step: step + 1)
      if validation.value >= best?.validation.value ?? 0 {
        best = Result(model: model, validation: validation, step: step + 1)
      }
    }
    if let best { return best }
    let (model, validation) = try examine()
    return Result(model: model, validation: validation, step: plan.steps)
  }
}
