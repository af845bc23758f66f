import Foundation
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastText
import HoldfastTraining

extension ResolvedTraining {
  /// The trainings of a request, one for each modality.
  ///
  /// - Parameters:
  ///   - method: the method of the request, with its own defaults.
  ///   - model: the model that is hardened.
  ///   - base: what the bundle will refer to.
  static func all(
    _ method: any TrainingDefense, _ request: HardenRequest, on model: ModelSource,
    base: DefenseBundle.Reference, observer: any RunObserver
  ) throws -> [ResolvedTraining] {
    let training = request.training
    try training.check()
    let name = type(of: method).name
    guard !training.data.isEmpty else {
      throw UsageError(
        "\(name) learns from data", hint: "name them with --data; scenes:train is built in",
        option: "data")
    }
    let method = try training.adjusted(method)
    let arguments = try modalities(of: training.data, request.modalities, model)
    try refuseSharedTrunks(arguments.map(\.modality), model, observer)
    return try arguments.map { modality, argument in
      try resolve(
        method, training, on: model.sense(modality), argument, base: base,
        folder: "\(request.output)/\(DefenseBundle.trainingName)/\(modality.rawValue)",
        observer: observer)
    }
  }

  /// The data of each modality that is trained.
  private static func modalities(
    of data: [String], _ asked: [Modality], _ model: ModelSource
  ) throws -> [(modality: Modality, argument: DataArgument)] {
    var found: [(modality: Modality, argument: DataArgument)] = []
    for text in data {
      let argument = try about("data") { () throws(UsageError) in try DataArgument(text) }
      let named = argument.modality.map { [$0] } ?? asked
      guard argument.modality != nil || asked.count <= 1 else {
        throw UsageError(
          "`\(text)` does not say which of the modalities it is for",
          hint: "write \(asked[0].rawValue)=\(text)", option: "data")
      }
      let modality = named.first ?? model.modality
      guard !found.contains(where: { $0.modality == modality }) else {
        throw UsageError(
          "there are two sets of training data for \(modality.rawValue)", hint: "name one",
          option: "data")
      }
      found.append((modality, argument))
    }
    if let left = asked.first(where: { name in !found.contains { $0.modality == name } }) {
      throw UsageError(
        "there are no training data for \(left.rawValue)",
        hint: "name them with --data \(left.rawValue)=PATH", option: "data")
    }
    return found
  }

  /// Refuses two modalities whose towers share weights, and says which others change with one.
  private static func refuseSharedTrunks(
    _ modalities: [Modality], _ model: ModelSource, _ observer: any RunObserver
  ) throws {
    for modality in modalities {
      guard let sense = model.model[modality] else { continue }
      let others = model.model.modalities(sharing: sense).filter { $0 != modality }
      guard let second = others.first(where: modalities.contains) else {
        if !others.isEmpty {
          observer.say(
            "The tower of \(modality.rawValue) shares its trunk with "
              + "\(others.map(\.rawValue).joined(separator: ", ")); those keep the weights they have"
          )
        }
        continue
      }
      throw UsageError(
        "the towers of \(modality.rawValue) and \(second.rawValue) share their weights, so they cannot be "
          + "trained one after the other", hint: "train one of them", option: "modality")
    }
  }

  /// The training of one modality.
  private static func resolve(
    _ method: any TrainingDefense, _ request: TrainingRequest, on model: ModelSource,
    _ argument: DataArgument, base: DefenseBundle.Reference, folder: String,
    observer: any RunObserver
  ) throws -> ResolvedTraining {
    let sense = model.modality
    let data = try TrainingData(request, argument, for: sense)
    data.remarks.forEach(observer.say)
    if method.needs.contains(.labels) { try data.training.checkLabels(for: type(of: method).name) }
    let training = try data.training.indexed()
    let subject = try model.unhardened(sense)
    let augmentation = try about("augment") { () throws(UsageError) in
      try Augmentation(request.augment)
    }
    let batchSize = request.batchSize ?? method.length.batchSize
    let order = try about("batch-size") { () throws(UsageError) in
      try BatchOrder(count: training.count, batchSize: batchSize, seed: request.seed)
    }
    let plan = request.plan(of: method, over: training.count)
    let count = plan.steps * plan.optimization.accumulate
    var settings = AdversarialLesson.Settings(
      batches: count, seed: request.seed, microBatch: request.microBatch)
    if request.precision == .bfloat16 { settings.searchPrecision = .bfloat16 }
    if augmentation != .none { settings.cache = 0 }
    let input = subject.encoder.input
    let texts = try TrainingTexts(request, of: data.training, model: model)
    let validation = try data.validation.prepared(by: model.preparation, for: input)
    return ResolvedTraining(
      modality: sense, method: method, plan: plan, settings: settings, subject: subject,
      context: texts.context,
      batches: TrainingBatches(
        of: training, preparation: model.preparation, order: order, count: count,
        augmentation: augmentation, isStrict: request.selection.strict, input: input,
        observer: observer),
      validation: validation,
      record: TrainingRecord(
        method: "\(type(of: method).name) \(try sortedJSON(method))", base: base,
        modality: sense.rawValue, data: data.training.path, layout: data.training.layout,
        split: data.training.split, samples: training.count, listing: data.training.listing,
        validation: data.validation.path,
        validationSamples: validation.reduce(0) { $0 + $1.ids.count },
        classes: texts.context.classes, templates: texts.templates, anchors: texts.anchors,
        captions: texts.captions, preparation: try recorded(model.preparation),
        augment: "\(augmentation)", batchSize: batchSize, microBatch: request.microBatch,
        precision: request.precision.rawValue, seed: request.seed),
      folder: folder, saveEvery: request.saveEvery)
  }
}

extension TrainingRequest {
  /// A method with what the request says of its part of the tower and its inner attack.
  fileprivate func adjusted(
    _ method: any TrainingDefense
  ) throws(UsageError) -> any TrainingDefense {
    var method = method
    if let part {
      method.trains = try about("train") { () throws(UsageError) in try TrainedPart(part) }
    }
    if let epsilon { method.inner.radius = epsilon }
    return method
  }

  /// The plan of the trainer.
  fileprivate func plan(of method: any TrainingDefense, over samples: Int) -> TrainingPlan {
    var length = method.length
    if let batchSize { length.batchSize = batchSize }
    if let epochs { length.extent = .epochs(epochs) }
    let steps = steps ?? max(1, length.steps(over: samples) / accumulate)
    var optimization = method.optimization
    if let learningRate { optimization.learningRate = learningRate }
    if let weightDecay { optimization.decay = weightDecay }
    if let warmup { optimization.warmup = .share(warmup) }
    if let clip { optimization.clip = clip }
    if let ema { optimization.ema = ema }
    optimization.accumulate = accumulate
    return TrainingPlan(
      steps: steps, optimization, examineEvery: examineEvery ?? max(1, steps / 10),
      keep: keep == .robust ? .best : .last)
  }
}
