import HoldfastData
import HoldfastEncoders
import HoldfastTraining

/// Trains a tower into a frozen space.
struct TowerTraining {
  let recipe: TowerRecipe
  let space: TowerSpace
  /// The names of the classes.
  let classes: [String]
  let observer: any RunObserver

  /// The state that does best on the validation samples; `observe` sees the loss of each step.
  func run(
    _ supply: any TowerSupply, validation: [PreparedSample],
    observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> Trained<TinyBindTower> {
    let lesson = try TowerLesson(
      recipe, space: space, classes: classes, supply, validation: validation)
    defer { lesson.stop() }
    var line = TrainingLine(observer, steps: recipe.plan.steps)
    defer { line.end() }
    let outcome = try Trainer(recipe.plan.training).run(lesson) { event in
      if case .stepped(let record, _) = event { observe(record.step - 1, record.loss) }
      line.show(event)
    }
    return Trained(try lesson.tower(of: outcome.leaves), outcome)
  }
}
