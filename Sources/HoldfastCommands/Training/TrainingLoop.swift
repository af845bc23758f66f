import Holdfast

/// Steps of training, with looks at the validation samples between them.
struct TrainingLoop {
  /// A state of a model, and how it does on the validation samples.
  struct Result<Model> {
    let model: Model
    let validation: ProportionRecord
    let step: Int
  }

  let plan: LearningPlan
  let console: Console

  /// Moves `parameters` by the plan, and gives the state that did best on the validation samples.
  ///
  /// - Parameters:
  ///   - loss: the loss of a fresh batch.
  ///   - settle: what holds after each step, such as bounds on a parameter.
  ///   - examine: a frozen copy of the state, with its share of validation samples.
  ///   - observe: sees the loss of each step.
  func run<Model>(
    _ parameters: ParameterStore, loss: () throws -> Tensor, settle: () throws -> Void = {},
    examine: () throws -> (Model, ProportionRecord), observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> Result<Model> {
    let learner = try Learner(parameters, plan)
    var progress = TrainingProgress(console, plan)
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
