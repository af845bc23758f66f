public import HoldfastCore
public import HoldfastTensor

/// What a pool is told to do, apart from the attack's own hyper-parameters.
public struct PoolSettings {
  /// The model under attack.
  public var subject: Subject
  /// What counts as success.
  public var criterion: any Criterion
  /// How perturbations are measured.
  public var norm: Norm
  /// When a sample may leave.
  public var stop: StopRule
  /// The most samples that share a batch.
  public var slots: Int
  /// The seed of all noise.
  public var seed: UInt64

  /// Settings for a verdict about `subject`.
  public init(
    subject: Subject, criterion: any Criterion = Misclassification(), norm: Norm = .linf,
    stop: StopRule = .firstSuccess, slots: Int = 32, seed: UInt64 = 0
  ) {
    self.subject = subject
    self.criterion = criterion
    self.norm = norm
    self.stop = stop
    self.slots = max(1, slots)
    self.seed = seed
  }
}

/// Keeps the batch of one attack full: a sample that is done leaves its slot, and the next enters.
///
/// The pool does what no attack may skip: it evaluates the model, projects every point, counts
/// passes, and believes a success only after testing the stored float32 values by themselves.
public final class Pool<A: Attack>: AttackStage {
  /// The attack with its objective.
  public let recipe: AttackRecipe
  private let attack: A
  private let settings: PoolSettings
  private let verifier: Verifier
  private var capacity: Int
  private var waiting: [Slot] = []
  private var slots: [Slot] = []
  private var batch: Batch?

  /// The tensors of the samples in `slots`, row by row.
  private struct Batch: SlotState {
    var x: Tensor
    var ball: Ball
    var truth: Truth
    var state: A.State
    /// The point of highest loss of the run, and its loss; kept where the whole budget is spent.
    var best: Tensor
    var bestLoss: Tensor

    func merged(
      with other: Batch, _ merge: (Tensor, Tensor) throws(TorchError) -> Tensor
    ) throws(TorchError) -> Batch {
      Batch(
        x: try merge(x, other.x), ball: try ball.merged(with: other.ball, merge),
        truth: try truth.merged(with: other.truth, merge),
        state: try state.merged(with: other.state, merge),
        best: try merge(best, other.best), bestLoss: try merge(bestLoss, other.bestLoss))
    }
  }

  /// A pool without samples.
  init(attack: A, recipe: AttackRecipe, settings: PoolSettings) {
    self.attack = attack
    self.recipe = recipe
    self.settings = settings
    verifier = Verifier(subject: settings.subject, criterion: settings.criterion)
    capacity = settings.slots
  }

  /// The samples in slots or waiting for one.
  public var load: Int { slots.count + waiting.count }

  /// Whether every slot would be taken.
  public var isFull: Bool { load >= capacity }

  /// Adds a sample, which has at least one radius.
  public func submit(_ job: AttackJob) {
    precondition(!job.radii.isEmpty, "an attack needs a radius")
    waiting.append(Slot(job))
  }

  /// Takes every sample one step further, and returns those that are done.
  public func step() throws(TorchError) -> [AttackOutcome] {
    try admit()
    guard let batch else { return [] }
    let clock = ContinuousClock()
    let began = clock.now
    let needsGradient = slots.contains { $0.step < attack.steps }
    let evaluated: Evaluated
    do {
      evaluated = try evaluate(batch, gradient: needsGradient)
    } catch  where error.code == .outOfMemory && slots.count > 1 {
      try shrink()
      return []
    }
    let share = (clock.now - began) / slots.count
    for row in slots.indices { slots[row].count(seconds: share) }
    return try settle(batch, evaluated)
  }

  // MARK: Entering

  private func admit() throws(TorchError) {
    let fresh = Array(waiting.prefix(max(0, capacity - slots.count)))
    guard !fresh.isEmpty else { return }
    for slot in fresh { try settings.subject.encoder.input.check(slot.job) }
    waiting.removeFirst(fresh.count)
    let rows = try enter(fresh)
    batch = try batch?.appending(rows) ?? rows
    slots += fresh
  }

  /// The rows of samples at the beginning of a run.
  private func enter(_ fresh: [Slot]) throws(TorchError) -> Batch {
    let device = settings.subject.encoder.device
    let origin = try Tensor.concatenating(fresh.map(\.job.input)).to(device)
    let ball = try Ball(
      around: origin, norm: settings.norm, radii: fresh.map(\.radius),
      range: settings.subject.encoder.input.range)
    var noise = Noise(
      fresh.map { $0.generator(seed: settings.seed, recipe: recipe.name) })
    let x = try ball.project(attack.start(in: ball, noise: &noise))
    return Batch(
      x: x, ball: ball,
      truth: Truth(
        labels: try Tensor(fresh.map(\.job.label)).to(device),
        cleanEmbedding: try Tensor.concatenating(fresh.map(\.job.cleanEmbedding)).to(device)),
      state: try attack.begin(at: x, in: ball), best: x,
      bestLoss: try .full(-.infinity, [fresh.count], device: device))
  }

  /// Halves the batch after the device ran out of memory; the samples put back start their current
  /// run again, on the same noise.
  private func shrink() throws(TorchError) {
    capacity = max(1, slots.count / 2)
    for var slot in slots[capacity...].reversed() {
      slot.step = 0
      waiting.insert(slot, at: 0)
    }
    slots.removeSubrange(capacity...)
    batch = try batch?.keeping(.range(capacity).to(settings.subject.encoder.device))
  }

  // MARK: One step

  private struct Evaluated {
    let evaluation: Evaluation?
    let loss: Tensor
    let margins: [Float]
  }

  private func evaluate(_ batch: Batch, gradient wanted: Bool) throws(TorchError) -> Evaluated {
    try withGradients(enabled: wanted) { () throws(TorchError) in
      let x = wanted ? try batch.x.leaf() : batch.x
      let prediction = try settings.subject.predict(x)
      let loss = try recipe.objective.loss(prediction, batch.truth)
      let margins = try withoutGradients { () throws(TorchError) in
        try settings.criterion.margin(prediction, batch.truth).to(.float32).array(of: Float.self)
      }
      let kept = try loss.detached()
      guard wanted else { return Evaluated(evaluation: nil, loss: kept, margins: margins) }
      let slope = try gradient(of: loss.sum(), withRespectTo: x)
      return Evaluated(
        evaluation: Evaluation(
          x: batch.x, loss: kept, gradient: slope, steps: slots.map(\.step)),
        loss: kept, margins: margins)
    }
  }

  /// Decides for each sample whether it goes on, begins another run, or leaves.
  private func settle(
    _ current: Batch, _ evaluated: Evaluated
  ) throws(TorchError) -> [AttackOutcome] {
    var batch = current
    if settings.stop == .fullBudget {
      let better = try evaluated.loss .> batch.bestLoss
      batch.best = try .where(better.perRow(rank: batch.x.rank), batch.x, batch.best)
      batch.bestLoss = try .where(better, evaluated.loss, batch.bestLoss)
    }
    var going: [Int] = []
    var renewed: [Slot] = []
    var outcomes: [AttackOutcome] = []
    for row in slots.indices {
      guard !evaluated.margins[row].isNaN else { throw noNumber(slots[row].job) }
      slots[row].count(backward: evaluated.evaluation != nil)
      let isOver = try conclude(row, batch, margin: evaluated.margins[row])
      if !isOver {
        going.append(row)
      } else if slots[row].advance(restarts: recipe.restarts, stop: settings.stop) {
        renewed.append(slots[row])
      } else {
        outcomes.append(AttackOutcome(job: slots[row].job, radii: slots[row].outcomes))
      }
    }
    try move(batch, evaluated.evaluation, going: going, renewed: renewed)
    return outcomes
  }

  /// Tests what a sample has found; true where its run is over.
  private func conclude(
    _ row: Int, _ batch: Batch, margin: Float
  ) throws(TorchError) -> Bool {
    let isSpent = slots[row].step == attack.steps
    switch settings.stop {
    case .firstSuccess:
      // Nothing is gained from testing a second success inside the band that is not a wider one.
      let known = slots[row].outcomes[slots[row].radiusIndex].example?.margin ?? 0
      guard Double(margin) > known else { return isSpent }
      let example = try test(row, batch.x)
      if example.margin > known { slots[row].keep(example) }
      return isSpent || example.margin >= Example.marginBand
    case .fullBudget:
      guard isSpent else { return false }
      let loss = try batch.bestLoss.select(0, row).item()
      if loss > slots[row].keptLoss {
        slots[row].keptLoss = loss
        slots[row].keep(try test(row, batch.best))
      }
      return true
    }
  }

  private func test(_ row: Int, _ x: Tensor) throws(TorchError) -> Example {
    slots[row].count(backward: false)
    return try verifier.test(
      x.slice(0, row..<row + 1), job: slots[row].job,
      threat: ThreatModel(norm: settings.norm, radius: slots[row].radius))
  }

  /// Steps the samples that go on, and gives the other rows to those that begin a run.
  private func move(
    _ batch: Batch, _ evaluation: Evaluation?, going: [Int], renewed: [Slot]
  ) throws(TorchError) {
    var next: Batch?
    if !going.isEmpty, let evaluation {
      var (kept, seen) = (batch, evaluation)
      if going.count < slots.count {
        let rows = try Tensor(going).to(batch.x.device)
        kept = try batch.keeping(rows)
        seen = Evaluation(
          x: kept.x, loss: try evaluation.loss.selecting(0, rows),
          gradient: try evaluation.gradient.selecting(0, rows),
          steps: going.map { evaluation.steps[$0] })
      }
      kept.x = try kept.ball.project(attack.step(&kept.state, seen, in: kept.ball))
      next = kept
    }
    slots = going.map { row in
      var slot = slots[row]
      slot.step += 1
      return slot
    }
    if !renewed.isEmpty {
      let rows = try enter(renewed)
      next = try next?.appending(rows) ?? rows
      slots += renewed
    }
    self.batch = next
  }
}

/// A pool, whatever its attack.
public protocol AttackStage: AnyObject {
  /// The attack with its objective.
  var recipe: AttackRecipe { get }
  /// The samples in slots or waiting for one.
  var load: Int { get }
  /// Whether every slot would be taken.
  var isFull: Bool { get }
  /// Adds a sample.
  func submit(_ job: AttackJob)
  /// Takes every sample one step further, and returns those that are done.
  func step() throws(TorchError) -> [AttackOutcome]
}

extension AttackRecipe {
  /// A pool that runs this recipe.
  public func stage(_ settings: PoolSettings) -> any AttackStage {
    func open(_ attack: some Attack) -> any AttackStage {
      Pool(attack: attack, recipe: self, settings: settings)
    }
    return open(attack)
  }
}
