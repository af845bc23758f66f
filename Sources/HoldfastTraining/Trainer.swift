import HoldfastTensor

/// Moves the leaves of a lesson by a plan, and keeps the state in a folder so that it can go on later.
///
/// A training that was broken off at any moment and resumed ends in the same bits as one that was not, at
/// the same number of threads.
public struct Trainer {
  /// How long, how, and which state is kept.
  public var plan: TrainingPlan
  /// The steps from one saved state to the next.
  public var saveEvery: Int
  /// How the processes of a training add up their gradients.
  public var exchange: any GradientExchange

  /// A trainer for a plan.
  public init(
    _ plan: TrainingPlan, saveEvery: Int = 100, exchange: any GradientExchange = Alone()
  ) {
    self.plan = plan
    self.saveEvery = max(1, saveEvery)
    self.exchange = exchange
  }

  /// Trains to the end of the plan, from the state that the folder holds if it holds one.
  ///
  /// - Parameters:
  ///   - folder: where states and metrics are written; nil when nothing is.
  ///   - observe: is told what happens; what it throws ends the training.
  /// - Returns: the state that the plan keeps.
  /// - Throws: `UsageError` for a plan that cannot be carried out, ``NotFiniteError`` for a training that
  ///   comes to NaN or infinity, `CheckpointError` for a folder with the state of other leaves, `FormatError`
  ///   when the folder cannot be written, and what the lesson throws.
  public func run(
    _ lesson: any Lesson, in folder: TrainingFolder? = nil,
    observe: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    precondition(folder?.plan ?? plan == plan, "the folder was opened for another plan")
    try plan.check()
    let state = try TrainingState(lesson.leaves, plan)
    try folder?.resume(state)
    try exchange.barrier()
    if state.step > 0 { try observe(.resumed(step: state.step)) }
    do {
      try train(lesson, state, folder, observe)
    } catch var error as NotFiniteError {
      // The state before a step that could not be made is as good as any.
      if try state.lostLeaf() == nil { try folder?.save(state) }
      error.kept = folder.flatMap { folder in
        folder.savedStep.map { "`\(folder.path)` keeps the state after step \($0)" }
      }
      throw error
    }
    try exchange.barrier()
    return try state.outcome()
  }

  /// Makes the steps that are left.
  private func train(
    _ lesson: any Lesson, _ state: TrainingState, _ folder: TrainingFolder?,
    _ observe: (TrainingEvent) throws -> Void
  ) throws {
    let (clock, first) = (ContinuousClock(), state.step)
    let began = clock.now
    while state.step < plan.steps {
      var record = try step(lesson, state)
      let pace = (clock.now - began) / .seconds(1) / Double(state.step - first)
      let left = pace * Double(plan.steps - state.step)
      try observe(.stepped(record, secondsLeft: left))
      if plan.examines(after: state.step) {
        let examination = try lesson.examine(state.shown)
        try state.take(examination)
        record.examination = examination
        try observe(.examined(examination, step: state.step))
      }
      try folder?.append(record)
      guard state.step == plan.steps || state.step.isMultiple(of: saveEvery) else { continue }
      if let lost = try state.lostLeaf() {
        throw NotFiniteError(step: state.step, term: nil, parameter: lost)
      }
      guard let folder else { continue }
      try folder.save(state)
      try observe(.saved(step: state.step))
    }
  }

  /// Moves the leaves once.
  private func step(_ lesson: any Lesson, _ state: TrainingState) throws -> StepRecord {
    let clock = ContinuousClock()
    let began = clock.now
    var sum = BatchSum()
    try visitParts(of: lesson, step: state.step) { part, share in
      try sum.add(part, share: share, leaves: state.tensors)
    }
    // A process may have no sample of the batch.
    if sum.gradients.isEmpty { sum.gradients = try state.tensors.map { try $0.zerosLike() } }
    sum.gradients = try exchange.sum(sum.gradients)
    sum.figures = try exchange.sum(sum.figures)
    let length = try norm(of: sum.gradients)
    let gradientNorm = try length.item()
    try watch(sum, gradientNorm, lesson, state)
    if let limit = plan.optimization.clip {
      sum.gradients = try clipped(sum.gradients, toNorm: limit, from: length)
    }
    let rate = plan.optimization.rate(at: state.step, of: plan.steps)
    try state.move(by: sum.gradients, rate: rate) { try lesson.settle(after: $0) }
    let samples = sum.figures["samples"] ?? 0
    return StepRecord(
      step: state.step, loss: sum.figures["loss"] ?? 0, terms: sum.figures(under: "terms/"),
      readings: sum.figures(under: "readings/"), learningRate: rate, gradientNorm: gradientNorm,
      samples: Int(samples),
      samplesPerSecond: samples / max((clock.now - began) / .seconds(1), 1e-9),
      peakMemory: try Torch.peakMemory(of: state.device))
  }

  /// Hands out the parts of the batches of a step, each with its share of the step.
  func visitParts(
    of lesson: any Lesson, step: Int, _ body: (LessonPart, Double) throws -> Void
  ) throws {
    let count = plan.optimization.accumulate
    for batch in step * count..<(step + 1) * count {
      try lesson.learn(batch) { try body($0, $0.share / Double(count)) }
    }
  }
}
