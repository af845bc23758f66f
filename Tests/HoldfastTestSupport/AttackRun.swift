public import HoldfastAttacks
public import HoldfastCore
public import HoldfastTensor

/// Jobs for legal inputs, each labelled with the class that the subject gives it.
public func toyJobs(
  for subject: Subject, count: Int, radii: [Radius], seed: UInt64 = 3
) throws -> [AttackJob] {
  try subject.encoder.toyInputs(count, seed: seed).enumerated().map { index, input in
    let prediction = try withoutGradients { () throws(TorchError) in try subject.predict(input) }
    let label = try prediction.logits?.argmax(1).item() ?? 0
    return AttackJob(
      id: "sample-\(index)", input: input,
      truth: try SampleTruth(label: Int(label), of: prediction),
      radii: radii)
  }
}

/// Runs `recipe` on all `jobs`, and returns what became of each by id.
public func runAttack(
  _ recipe: AttackRecipe, on jobs: [AttackJob], _ settings: PoolSettings
) throws(TorchError) -> [String: AttackOutcome] {
  let stage = recipe.stage(settings)
  var waiting = jobs[...]
  var outcomes: [String: AttackOutcome] = [:]
  while !waiting.isEmpty || stage.load > 0 {
    while !stage.isFull, let job = waiting.popFirst() { stage.submit(job) }
    for outcome in try stage.step() { outcomes[outcome.job.id] = outcome }
  }
  return outcomes
}
