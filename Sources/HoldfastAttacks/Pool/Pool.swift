public import HoldfastCore
public import HoldfastTensor

/// Keeps the batch of one attack full: a sample that is done leaves its slot, and the next enters.
///
/// The pool does what no attack may skip: it evaluates the model, projects every point, counts
/// passes, and believes a success only after testing the stored float32 values by themselves.
public final class Pool<A: Attack>: AttackStage {
  /// The attack with its objective.
  public let recipe: AttackRecipe
  private let attack: A
  private let settings: PoolSettings
  private let evaluator: Evaluator<A>
  private let verifier: Verifier
  private var capacity: Int
  private var waiting: [Slot] = []
  private var slots: [Slot] = []
  private var batch: Batch?
  private var roundsSinceLook = 0

  /// The tensors of the samples in `slots`, row by row.
  private struct Batch: SlotState {
    var x: Tensor
    var ball: Ball
    var truth: Truth
    var state: A.State
    /// The best point of the run so far, how good it is, and whether it fools the model: see
    /// ``Pool/score(_:_:)``.
    var best: Tensor
    var bestScore: Tensor
    var bestSucceeds: Tensor

    func merged(with other: Batch, _ merge: RowMerge) throws(TorchError) -> Batch {
      Batch(
        x: try merge(x, other.x), ball: try ball.merged(with: other.ball, merge),
        truth: try truth.merged(with: other.truth, merge),
        state: try state.merged(with: other.state, merge),
        best: try merge(best, other.best), bestScore: try merge(bestScore, other.bestScore),
        bestSucceeds: try merge(bestSucceeds, other.bestSucceeds))
    }
  }

  /// A pool without samples.
  init(attack: A, recipe: AttackRecipe, settings: PoolSettings) {
    self.attack = attack
    self.recipe = recipe
    self.settings = settings
    evaluator = Evaluator(
      attack: attack, objective: recipe.objective, criterion: settings.criterion,
      subject: settings.search ?? settings.subject, ranksByLoss: settings.stop == .fullBudget)
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
    waiting.append(Slot(job, recipe, settings))
  }

  /// Takes every sample one step further, and returns those that are done.
  public func step() throws(TorchError) -> [AttackOutcome] {
    try admit()
    guard let batch else { return [] }
    let clock = ContinuousClock()
    let began = clock.now
    let steps = slots.map(\.step)
    var noise = Noise(slots)
    let wanted = attack.needsGradient(batch.state, steps: steps)
    let answer: Evaluator<A>.Answer
    do {
      answer = try evaluator(batch.x, batch.truth, wantsGradient: wanted, noise: &noise)
    } catch  where error.code == .outOfMemory && slots.count > 1 {
      try shrink()
      return []
    }
    let share = (clock.now - began) / slots.count
    for row in slots.indices {
      slots[row].generator = noise.generators[row]
      slots[row].count(
        forward: answer.forward[row], backward: answer.backward[row], seconds: share)
    }
    return try settle(batch, answer, isSpent: attack.isSpent(batch.state, steps: steps))
  }

  // MARK: Entering

  private func admit() throws(TorchError) {
    let fresh = Array(waiting.prefix(max(0, capacity - slots.count)))
    guard !fresh.isEmpty else { return }
    try checkInput()
    for slot in fresh { try settings.subject.encoder.input.check(slot.job) }
    waiting.removeFirst(fresh.count)
    try place(fresh, behind: batch)
  }

  private func checkInput() throws(TorchError) {
    do {
      try attack.check(settings.subject.encoder.input)
    } catch {
      throw TorchError(code: .shape, operation: recipe.name, message: error.message)
    }
  }

  /// Puts samples at the beginning of a run into rows behind those of `others`.
  private func place(_ fresh: [Slot], behind others: Batch?) throws(TorchError) {
    var fresh = fresh
    let rows = try enter(&fresh)
    batch = try others?.appending(rows) ?? rows
    slots += fresh
  }

  /// The rows of samples at the beginning of a run.
  private func enter(_ fresh: inout [Slot]) throws(TorchError) -> Batch {
    let device = settings.subject.encoder.device
    let origin = try Tensor.concatenating(fresh.map(\.job.input)).to(device)
    let ball = try Ball(
      around: origin, norm: settings.norm, radii: fresh.map(\.radius),
      range: settings.subject.encoder.input.range, reach: attack.reach,
      patches: settings.subject.encoder.input.patches)
    for row in fresh.indices {
      fresh[row].generator = fresh[row].runGenerator(seed: settings.seed, recipe: recipe.name)
    }
    var noise = Noise(fresh)
    let wide = try ball.widened(by: fresh.map { _ in attack.widening(atStep: 0) })
    var x = try wide.project(attack.start(in: wide, noise: &noise))
    if recipe.isScreen { x = try carriedOver(fresh, from: x, in: ball) }
    for (row, generator) in noise.generators.enumerated() { fresh[row].generator = generator }
    return Batch(
      x: x, ball: ball,
      truth: try Truth(fresh.map(\.job.truth), targets: fresh.map(\.target), on: device),
      state: try attack.begin(at: x, in: wide), best: x,
      bestScore: try .full(-.infinity, [fresh.count], device: device),
      bestSucceeds: try .zeros([fresh.count], dtype: .bool, device: device))
  }

  /// The points where samples start, or where the search at a smaller radius ended, stretched to
  /// the radius: what nearly fooled the model there may fool it here.
  private func carriedOver(
    _ fresh: [Slot], from x: Tensor, in ball: Ball
  ) throws(TorchError) -> Tensor {
    guard fresh.contains(where: { $0.inherited != nil }) else { return x }
    var rows: [Tensor] = []
    for (row, slot) in fresh.enumerated() {
      let start = try x.slice(0, row..<row + 1)
      rows.append(
        try slot.inherited.map { (point) throws(TorchError) in
          try stretched(point, slot.job, to: slot.radius)
        } ?? start)
    }
    return try ball.project(.concatenating(rows))
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
    batch = try batch?.keeping(Array(0..<capacity), on: settings.subject.encoder.device)
  }

  // MARK: Judging

  /// What makes one point of a run better than another: the smaller perturbation of a success for
  /// attacks that seek the smallest, else the margin for a verdict, and for an example the loss
  /// among those that fool the model, or among all where none does.
  ///
  /// Points beyond the radius are worth nothing.
  private func score(_ batch: Batch, _ answer: Evaluator<A>.Answer) throws(TorchError) -> Tensor {
    if attack.reach == .box {
      let axes = Array(1..<batch.x.rank)
      let size = try (batch.x - batch.ball.origin).norm(settings.norm.order, axes)
      // No number must stay none.
      return try .where(answer.margin .> 0, -size, answer.margin - .infinity)
    }
    let score = settings.stop == .fullBudget ? answer.loss : answer.margin
    let isBeyond = slots.map { attack.widening(atStep: $0.step) > 1 }
    guard isBeyond.contains(true) else { return score }
    return try score.filled(-.infinity, where: Tensor(isBeyond).to(score.device))
  }

  /// Whether each point is tested as it comes, so that none before it need be kept.
  private var looksAtEveryPoint: Bool {
    settings.stop == .firstSuccess && attack.reach == .ball && settings.stride == 1
      && !recipe.isScreen
  }

  /// Decides for each sample whether it goes on, begins another run, or leaves.
  private func settle(
    _ current: Batch, _ answer: Evaluator<A>.Answer, isSpent: [Bool]
  ) throws(TorchError) -> [AttackOutcome] {
    var batch = current
    let score = try score(batch, answer)
    let succeeds = try (answer.margin .> 0).and(score .> -Double.infinity)
    var isBetter = try score .> batch.bestScore
    if settings.stop == .fullBudget {
      isBetter = try .where(succeeds.xor(batch.bestSucceeds), succeeds, isBetter)
      batch.bestSucceeds = try succeeds.or(batch.bestSucceeds)
    }
    batch.best =
      looksAtEveryPoint
      ? batch.x : try .where(isBetter.perRow(rank: batch.x.rank), batch.x, batch.best)
    // What is no number stays, so that it cannot pass for robust.
    batch.bestScore = try .where(isBetter.or(score.isNaN()), score, batch.bestScore)
    roundsSinceLook += 1
    guard roundsSinceLook >= settings.stride || isSpent.contains(true) else {
      try move(batch, answer, going: Array(slots.indices), renewed: [])
      return []
    }
    roundsSinceLook = 0

    let scores = try (looksAtEveryPoint ? score : batch.bestScore).array(of: Float.self)
    var going: [Int] = []
    var renewed: [Slot] = []
    var outcomes: [AttackOutcome] = []
    for row in slots.indices {
      guard !scores[row].isNaN else { throw noNumber(slots[row].job) }
      let isOver = try conclude(
        row, batch, score: Double(scores[row]), isSpent: isSpent[row])
      if isOver, recipe.isScreen, settings.sharesRadii {
        slots[row].carried = try batch.best.slice(0, row..<row + 1)
      }
      if !isOver {
        going.append(row)
      } else if slots[row].advance(completed: isSpent[row]) {
        renewed.append(slots[row])
      } else {
        outcomes.append(AttackOutcome(job: slots[row].job, radii: slots[row].outcomes))
      }
    }
    try move(batch, answer, going: going, renewed: renewed)
    return outcomes
  }

  /// Tests what a sample has found; true where its run is over.
  private func conclude(
    _ row: Int, _ batch: Batch, score: Double, isSpent: Bool
  ) throws(TorchError) -> Bool {
    switch (settings.stop, attack.reach) {
    case (.firstSuccess, .ball):
      // Nothing is gained from testing a second success inside the band that is not a wider one.
      let known = slots[row].example(at: slots[row].radiusIndex)?.margin ?? 0
      guard score > known, looksAtEveryPoint || score > slots[row].keptScore else {
        return isSpent
      }
      slots[row].keptScore = score
      let example = try test(row, batch.best)
      if example.margin > known { slots[row].keep(example, at: slots[row].radiusIndex) }
      return isSpent || example.margin >= Example.marginBand
    case (.firstSuccess, .box):
      if -score < slots[row].smallestFound {
        slots[row].smallestFound = -score
        try testSmallest(row, batch.best, distance: -score)
      }
      return isSpent || slots[row].isDecided
    case (.fullBudget, .ball):
      guard isSpent else { return false }
      let example = try test(row, batch.best)
      let known = slots[row].example(at: slots[row].radiusIndex)
      let (fools, fooled) = (example.margin > 0, (known?.margin ?? 0) > 0)
      if fools != fooled ? fools : score > slots[row].keptScore {
        slots[row].keptScore = score
        slots[row].keep(example, at: slots[row].radiusIndex)
      }
      return true
    case (.fullBudget, .box):
      guard isSpent else { return false }
      let found = score.isFinite
      try keepAtEveryRadius(row, found ? batch.best : batch.x, distance: found ? -score : .infinity)
      return true
    }
  }

  private func test(_ row: Int, _ x: Tensor) throws(TorchError) -> Example {
    try test(row, x.slice(0, row..<row + 1), at: slots[row].radius)
  }

  private func test(_ row: Int, _ x: Tensor, at radius: Radius) throws(TorchError) -> Example {
    slots[row].count(forward: verifier.passes)
    return try verifier.test(
      x, job: slots[row].job, target: slots[row].target,
      threat: ThreatModel(norm: settings.norm, radius: radius))
  }

  /// Tests the smallest perturbation found so far at the smallest standing radius that holds it.
  ///
  /// It lies at the edge of the true class by design, so where its margin is inside the band it is
  /// tested once more stretched to the radius.
  private func testSmallest(
    _ row: Int, _ x: Tensor, distance: Double
  ) throws(TorchError) {
    guard
      let index = slots[row].standing.first(where: {
        slots[row].job.radii[$0].holds(distance)
      })
    else { return }
    let radius = slots[row].job.radii[index]
    let point = try x.slice(0, row..<row + 1)
    var example = try test(row, point, at: radius)
    if example.margin < Example.marginBand {
      let stretched = try test(row, stretched(point, slots[row].job, to: radius), at: radius)
      if stretched.margin > example.margin { example = stretched }
    }
    if example.margin > slots[row].example(at: index)?.margin ?? 0 {
      slots[row].keep(example, at: index)
    }
  }

  /// Keeps the perturbation of `x` at each radius where it is further past success than those of
  /// earlier runs: stretched or shrunk to the radius, or as it is where it succeeds only so.
  private func keepAtEveryRadius(
    _ row: Int, _ x: Tensor, distance: Double
  ) throws(TorchError) {
    let point = try x.slice(0, row..<row + 1)
    for (index, radius) in slots[row].job.radii.enumerated() {
      var example = try test(row, stretched(point, slots[row].job, to: radius), at: radius)
      if example.margin <= 0, radius.holds(distance) {
        let found = try test(row, point, at: radius)
        if found.margin > example.margin { example = found }
      }
      if example.margin > slots[row].example(at: index)?.margin ?? -.infinity {
        slots[row].keep(example, at: index)
      }
    }
  }

  /// The perturbation of one sample scaled to the length of a radius, as far as the box allows.
  private func stretched(
    _ point: Tensor, _ job: AttackJob, to radius: Radius
  ) throws(TorchError) -> Tensor {
    let origin = try job.input.to(point.device)
    let offset = try point - origin
    let length = try offset.norm(settings.norm.order).item()
    guard length > 0 else { return point }
    let ball = try Ball(
      around: origin, norm: settings.norm, radii: [radius],
      range: settings.subject.encoder.input.range)
    return try ball.project(origin + offset * (radius.value / length))
  }

  // MARK: Moving

  /// Steps the samples that go on, and gives the other rows to those that begin a run.
  private func move(
    _ batch: Batch, _ answer: Evaluator<A>.Answer, going: [Int], renewed: [Slot]
  ) throws(TorchError) {
    var next: Batch?
    if !going.isEmpty {
      var (kept, loss, gradient, margin) = (batch, answer.loss, answer.gradient, answer.margin)
      if going.count < slots.count {
        let rows = try Tensor(going).to(batch.x.device)
        kept = try batch.merged(with: batch, .keep(going, rows))
        loss = try loss.selecting(0, rows)
        gradient = try gradient.selecting(0, rows)
        margin = try margin.selecting(0, rows)
      }
      slots = going.map { slots[$0] }
      let evaluation = Evaluation(
        x: kept.x, loss: loss, gradient: gradient, margin: margin, steps: slots.map(\.step))
      var noise = Noise(slots)
      let wide = try kept.ball.widened(by: slots.map { attack.widening(atStep: $0.step + 1) })
      kept.x = try wide.project(
        attack.step(&kept.state, evaluation, in: wide, noise: &noise))
      for row in slots.indices {
        slots[row].generator = noise.generators[row]
        slots[row].step += 1
      }
      next = kept
    } else {
      slots = []
    }
    self.batch = next
    if !renewed.isEmpty { try place(renewed, behind: next) }
  }
}

extension Radius {
  /// Whether a perturbation of this size, as float32 measures it, lies within the radius.
  fileprivate func holds(_ distance: Double) -> Bool { distance <= value * (1 + 1e-6) }
}
