import Foundation
import Holdfast

/// Trains a CLIP model on scenes that are drawn as it learns.
struct SceneTraining {
  let recipe: SceneRecipe
  let tokenizer: CLIPTokenizer
  let observer: any RunObserver

  /// The best state on the validation scenes; `observe` sees the loss of each step.
  func run(
    observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> Trained<CLIPModel> {
    let lesson = try SceneLesson(recipe, tokenizer)
    defer { lesson.stop() }
    var line = TrainingLine(observer, steps: recipe.plan.steps)
    defer { line.end() }
    let outcome = try Trainer(recipe.plan.training).run(lesson) { event in
      if case .stepped(let record, _) = event { observe(record.step - 1, record.loss) }
      line.show(event)
    }
    return Trained(try lesson.model(of: outcome.leaves), outcome)
  }
}
