public import HoldfastCore
public import HoldfastTensor

/// What one step of an attack costs, measured.
public struct StepCost: Hashable, Sendable {
  /// Forward passes per sample.
  public let forward: Int
  /// Backward passes per sample.
  public let backward: Int
  /// Seconds per sample, in a batch as large as the one that was measured.
  public let seconds: Double
}

extension AttackRecipe {
  /// The runs that a sample faces which none of them fools, at all radii together; each evaluates one
  /// point more than the attack has steps, and needs no gradient at the last.
  ///
  /// - Parameters:
  ///   - classes: how many there are, which bounds the targets.
  ///   - radii: how many there are.
  public func runsOfSurvivor(classes: Int, radii: Int, budgets: Budgets, stop: StopRule) -> Int {
    let aims = targets > 0 ? max(1, min(targets, classes - 1)) : 1
    // One search for the smallest perturbation answers for every radius.
    let isOnce = attack.reach == .box && (budgets == .nested || stop == .fullBudget)
    return restarts * aims * (isOnce ? 1 : radii)
  }

  /// Measures one step of the attack, on real samples that share a batch.
  public func measureStep(
    on jobs: [AttackJob], _ settings: PoolSettings
  ) throws(TorchError) -> StepCost {
    try measure(attack, on: jobs, settings)
  }

  private func measure(
    _ attack: some Attack, on jobs: [AttackJob], _ settings: PoolSettings
  ) throws(TorchError) -> StepCost {
    let subject = settings.search ?? settings.subject
    let input = settings.subject.encoder.input
    let device = subject.encoder.device
    let x = try Tensor.concatenating(jobs.map(\.input)).to(device)
    let ball = try Ball(
      around: x, norm: settings.norm, radii: jobs.compactMap(\.radii.first), range: input.range,
      reach: attack.reach, patches: input.patches)
    let truth = try Truth(
      jobs.map(\.truth), targets: jobs.map { targets > 0 ? $0.truth.rivals.first : nil },
      on: device)
    let wanted = attack.needsGradient(
      try attack.begin(at: x, in: ball), steps: jobs.map { _ in 0 })
    let evaluator = Evaluator(
      attack: attack, objective: objective, criterion: settings.criterion, subject: subject)
    var noise = Noise(jobs.map { Generator(seed: settings.seed, stream: $0.id) })
    // The first passes allocate memory and choose kernels; the fastest one is taken as the cost of
    // a step.
    var (forward, backward, seconds) = (0, 0, Double.infinity)
    for _ in 0..<4 {
      let began = ContinuousClock.now
      let answer = try evaluator(x, truth, wantsGradient: wanted, noise: &noise)
      _ = try answer.margin.array(of: Float.self)
      _ = try answer.gradient.sum().item()
      seconds = min(seconds, (ContinuousClock.now - began) / .seconds(1))
      (forward, backward) = (answer.forward.max() ?? 0, answer.backward.max() ?? 0)
    }
    return StepCost(
      forward: forward, backward: backward, seconds: seconds / Double(max(1, jobs.count)))
  }
}
