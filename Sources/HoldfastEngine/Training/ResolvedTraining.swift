import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastTensor
import HoldfastTraining

/// The training of one modality as it will run: everything that a request means, resolved once.
struct ResolvedTraining {
  let modality: Modality
  let method: any TrainingDefense
  /// The plan of the trainer.
  let plan: TrainingPlan
  let settings: AdversarialLesson.Settings
  /// The model before the training.
  let subject: Subject
  let context: TrainingContext
  let batches: TrainingBatches
  let validation: [TrainingBatch]
  /// What the folder of the training keeps, and compares when it is resumed.
  let record: TrainingRecord
  /// The folder that keeps the state.
  let folder: String
  let saveEvery: Int

  /// The lesson; its weights are those of the model until a state is restored.
  func lesson() throws -> AdversarialLesson {
    try AdversarialLesson(
      method, on: subject, in: context, settings, validation: validation,
      samples: batches.callAsFunction)
  }

  /// What a training comes to.
  struct Result {
    let fitted: Fitted
    let outcome: TrainingOutcome
  }

  /// Trains, or goes on with what the folder holds.
  func run(_ observer: any RunObserver) throws -> Result {
    let lesson = try lesson()
    for (name, value) in lesson.head.facts.sorted(by: { $0.key < $1.key }) {
      observer.detail("\(name): \(value)")
    }
    let folder = try TrainingFolder(at: folder, asked: record, plan: plan)
    var line = TrainingLine(observer, steps: plan.steps)
    defer { line.end() }
    let outcome = try Trainer(plan, saveEvery: saveEvery).run(lesson, in: folder) {
      line.show($0)
    }
    return Result(fitted: try lesson.fitted(outcome.leaves), outcome: outcome)
  }
}
