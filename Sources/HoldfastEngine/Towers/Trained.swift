package import HoldfastRecords
import HoldfastRuns
package import HoldfastTraining

/// A model as it came out of a training, and how it does on the validation samples.
package struct Trained<Model> {
  package let model: Model
  package let validation: ProportionRecord
  /// The steps that it was trained for.
  package let step: Int

  /// The model that is built from what a training kept.
  package init(_ model: Model, _ outcome: TrainingOutcome) {
    self.model = model
    step = outcome.step
    let count = outcome.examination?.counts.last
    validation = .wilson(count?.right ?? 0, of: count?.asked ?? 0)
  }
}

extension Examination {
  /// An examination of one count, the accuracy on the validation samples.
  package init(validation: ProportionRecord) {
    self.init([.init("validation", right: validation.count, of: validation.total)])
  }
}
