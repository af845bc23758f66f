public import HoldfastCore
public import HoldfastTensor

/// Keeps the batch of one attack full: a sample that is done leaves its slot, and the next enters.
///
/// The pool moves samples and their rows, evaluates the model, projects every point and counts passes.
/// What counts as best, found and done is for its judge, who believes a success only after testing the
/// stored float32 values by themselves.
public final class Pool<A: Attack>: AttackPool {
  /// The attack with its objective.
  public let recipe: AttackRecipe
  private let attack: A
  private let settings: PoolSettings
  private let evaluator: Evaluator<A>
  private let judge: any Judge
  private var capacity: Int
  private var waiting: [Slot] = []
  private var slots: [Slot] = []
  private var rows: Rows<A.State>?
  private var roundsSinceLook = 0

  /// A pool without samples.
  init(attack: A, recipe: AttackRecipe, settings: PoolSettings) {
    self.attack = attack
    self.recipe = recipe
    self.settings = settings
    evaluator = Evaluator(
      attack: attack, objective: recipe.objective, criterion: settings.criterion,
      subject: settings.search ?? settings.subject, ranksByLoss: settings.stop == .fullBudget)
    judge = settings.judge(of: attack, isScreen: recipe.isScreen)
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
    guard let rows else { return [] }
    let clock = ContinuousClock()
    let began = clock.now
    let steps = slots.map(\.step)
    var noise = Noise(slots)
    let wanted = attack.needsGradient(rows.state, steps: steps)
    let answer: Evaluator<A>.Answer
    do {
      answer = try evaluator(rows.x, rows.truth, wantsGradient: wanted, noise: &noise)
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
    return try settle(rows, answer, isSpent: attack.isSpent(rows.state, steps: steps))
  }

  // MARK: Entering

  private func admit() throws(TorchError) {
    let fresh = Array(waiting.prefix(max(0, capacity - slots.count)))
    guard !fresh.isEmpty else { return }
    try checkInput()
    for slot in fresh { try settings.subject.encoder.input.check(slot.job) }
    waiting.removeFirst(fresh.count)
    try place(fresh, behind: rows)
  }

  private func checkInput() throws(TorchError) {
    do {
      try attack.check(settings.subject.encoder.input)
    } catch {
      throw TorchError(code: .shape, operation: recipe.name, message: error.message)
    }
  }

  /// Puts samples at the beginning of a run into rows behind those of `others`.
  private func place(_ fresh: [Slot], behind others: Rows<A.State>?) throws(TorchError) {
    var fresh = fresh
    let entered = try enter(&fresh)
    rows = try others?.appending(entered) ?? entered
    slots += fresh
  }

  /// The rows of samples at the beginning of a run.
  private func enter(_ fresh: inout [Slot]) throws(TorchError) -> Rows<A.State> {
    let device = settings.subject.encoder.device
    let origin = try Tensor.concatenating(fresh.map(\.job.input)).to(device)
    let radii = fresh.map(judge.radius)
    let ball = try Ball(
      around: origin, norm: settings.norm, radii: radii,
      range: settings.subject.encoder.input.range, reach: attack.reach,
      patches: settings.subject.encoder.input.patches)
    for row in fresh.indices {
      fresh[row].generator = Generator(seed: settings.seed, stream: fresh[row].job.id)
        .split("\(recipe.name)/\(radii[row].value)", fresh[row].run)
    }
    var noise = Noise(fresh)
    let wide = try ball.widened(by: fresh.map { _ in attack.widening(atStep: 0) })
    var x = try wide.project(attack.start(in: wide, noise: &noise))
    if recipe.isScreen { x = try carriedOver(fresh, from: x, in: ball) }
    for (row, generator) in noise.generators.enumerated() { fresh[row].generator = generator }
    let truth = try Truth(fresh.map(\.job.truth), targets: fresh.map(\.target), on: device)
    return try Rows(
      at: x, in: ball, truth: truth, state: attack.begin(at: x, in: wide))
  }

  /// The points that samples start from, or at which the search at a smaller radius ended,
  /// stretched to the radius: what nearly fooled the model there may fool it here.
  private func carriedOver(
    _ fresh: [Slot], from x: Tensor, in ball: Ball
  ) throws(TorchError) -> Tensor {
    guard fresh.contains(where: { $0.inherited != nil }) else { return x }
    var rows: [Tensor] = []
    for (row, slot) in fresh.enumerated() {
      let start = try x.slice(0, row..<row + 1)
      rows.append(
        try slot.inherited.map { (point) throws(TorchError) in
          try settings.stretched(point, slot.job, to: judge.radius(of: slot))
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
    rows = try rows?.keeping(Array(0..<capacity), on: settings.subject.encoder.device)
  }

  // MARK: Leaving

  /// Decides for each sample whether it goes on, begins another run, or leaves.
  private func settle(
    _ current: Rows<A.State>, _ answer: Evaluator<A>.Answer, isSpent: [Bool]
  ) throws(TorchError) -> [AttackOutcome] {
    var rows = current
    let score = try score(rows, answer)
    try rows.keepBest(score, margin: answer.margin, judge)
    roundsSinceLook += 1
    guard roundsSinceLook >= settings.stride || isSpent.contains(true) else {
      try move(rows, answer, going: Array(slots.indices), renewed: [])
      return []
    }
    roundsSinceLook = 0

    let scores = try (judge.testsEveryPoint ? score : rows.bestScore).array(of: Float.self)
    var going: [Int] = []
    var renewed: [Slot] = []
    var outcomes: [AttackOutcome] = []
    for row in slots.indices {
      guard !scores[row].isNaN else { throw noNumber(slots[row].job) }
      let isOver = try judge.conclude(
        &slots[row], row, score: Double(scores[row]), best: rows.best, points: rows.x,
        isSpent: isSpent[row])
      guard isOver else {
        going.append(row)
        continue
      }
      if recipe.isScreen, settings.sharesRadii {
        slots[row].carried = try rows.best.slice(0, row..<row + 1)
      }
      slots[row].endRun(completed: isSpent[row])
      if judge.advance(&slots[row]) {
        renewed.append(slots[row])
      } else {
        outcomes.append(AttackOutcome(job: slots[row].job, radii: slots[row].outcomes))
      }
    }
    try move(rows, answer, going: going, renewed: renewed)
    return outcomes
  }

  /// The score of each point; -∞ for points beyond the radius.
  private func score(
    _ rows: Rows<A.State>, _ answer: Evaluator<A>.Answer
  ) throws(TorchError) -> Tensor {
    let score = try judge.score(
      of: rows.x, around: rows.ball.origin, loss: answer.loss, margin: answer.margin)
    let isBeyond = slots.map { attack.widening(atStep: $0.step) > 1 }
    guard isBeyond.contains(true) else { return score }
    return try score.filled(-.infinity, where: Tensor(isBeyond).to(score.device))
  }

  // MARK: Moving

  /// Steps the samples that go on, and gives the other rows to those that begin a run.
  private func move(
    _ rows: Rows<A.State>, _ answer: Evaluator<A>.Answer, going: [Int], renewed: [Slot]
  ) throws(TorchError) {
    var next: Rows<A.State>?
    if !going.isEmpty {
      var (kept, loss, gradient, margin) = (rows, answer.loss, answer.gradient, answer.margin)
      if going.count < slots.count {
        let index = try Tensor(going).to(rows.x.device)
        kept = try rows.merged(with: rows, .keep(going, index))
        loss = try loss.selecting(0, index)
        gradient = try gradient.selecting(0, index)
        margin = try margin.selecting(0, index)
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
    self.rows = next
    if !renewed.isEmpty { try place(renewed, behind: next) }
  }
}
