import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastTensor
import HoldfastTraining

extension Engine {
  /// Trains each modality that a request has data for, and writes the bundle.
  func train(
    _ method: any TrainingDefense, _ request: HardenRequest, on model: ModelSource
  ) throws -> (bundle: DefenseBundle, outcomes: [Modality: TrainingOutcome]) {
    let base = try model.reference()
    let trainings = try ResolvedTraining.all(
      method, request, on: model, base: base, observer: observer)
    var fitted: [Modality: Fitted] = [:]
    var outcomes: [Modality: TrainingOutcome] = [:]
    for training in trainings {
      if trainings.count > 1 { observer.say("\(training.modality.rawValue):") }
      let result = try training.run(observer)
      fitted[training.modality] = result.fitted
      outcomes[training.modality] = result.outcome
    }
    guard let first = trainings.first else { return (DefenseBundle(base: base, layers: []), [:]) }
    let bundle = DefenseBundle(
      base: base, layers: [DefenseLayer(first.method, fitted: fitted)],
      training: .init(
        plan: try sortedJSON(trainings.map { TrainingSummary($0) }),
        listing: trainings.count == 1 ? first.record.listing : nil,
        steps: outcomes[first.modality]?.step ?? 0, seed: first.record.seed))
    try bundle.write(to: request.output)
    return (bundle, outcomes)
  }

  /// What the training of a request would cost, in sentences, from a few steps that are not kept.
  ///
  /// - Throws: `UsageError` for a request that cannot be met, and for a method that trains nothing.
  public func estimate(_ request: HardenRequest) throws -> [String] {
    let (defense, model) = try opened(request)
    guard let method = defense as? any TrainingDefense else {
      throw UsageError(
        "\(type(of: defense).name) trains nothing, so there is nothing to estimate",
        hint: "leave --dry-run out")
    }
    let trainings = try ResolvedTraining.all(
      method, request, on: model, base: model.reference(), observer: observer)
    return try trainings.flatMap { training in
      let estimate = try TrainingEstimate(of: training)
      return (trainings.count > 1 ? ["\(training.modality.rawValue):"] : []) + estimate.sentences
    }
  }
}

/// What a bundle keeps of the plan of a training.
private struct TrainingSummary: Encodable {
  let asked: TrainingRecord
  let training: TrainingPlan

  init(_ training: ResolvedTraining) {
    asked = training.record
    self.training = training.plan
  }
}
