public import HoldfastAttacks
public import HoldfastCore
public import HoldfastTensor

/// Jobs for legal inputs, each labelled with the class that the subject gives it, and with a random
/// embedding to aim at.
public func toyJobs(
  for subject: Subject, count: Int, radii: [Radius], seed: UInt64 = 3
) throws -> [AttackJob] {
  try subject.encoder.toyInputs(count, seed: seed).enumerated().map { index, input in
    let id = "sample-\(index)"
    let prediction = try Verifier(subject: subject).predict(input, of: id)
    var noise = Generator(seed: seed, stream: id).split("goal")
    let label = try prediction.logits?.argmax(1).item() ?? 0
    return AttackJob(
      id: id, input: input,
      truth: try SampleTruth(
        label: Int(label), of: prediction, goal: noise.normal(prediction.embedding.shape)),
      radii: radii)
  }
}

/// Runs `recipe` on all `jobs`, and returns what became of each by id.
public func runAttack(
  _ recipe: AttackRecipe, on jobs: [AttackJob], _ settings: PoolSettings
) throws(TorchError) -> [String: AttackOutcome] {
  Dictionary(
    uniqueKeysWithValues: try recipe.run(on: jobs, settings).map { ($0.job.id, $0) })
}
