import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Attacks that aim at an embedding")
struct IllusionTests {
  @Test func stepsShrinkAsTheScheduleSays() throws {
    let clean = try ToyClassifier.inputs()
    let attack = Illusion(steps: 6, relativeStep: 0.1, decay: 0.5, interval: 2)
    let points = try trace(
      attack, from: clean, norm: .linf, radius: 0.03, loss: ToyClassifier().crossEntropy)
    for step in 0..<6 {
      let move = try (points[step + 1].x - points[step].x).absolute().max().item()
      #expect(abs(move - 0.003 * pow(0.5, Double(step / 2))) < 1e-6, "step \(step)")
    }
    try expectClose(points[0].x, clean, atol: 0, "the start")
  }

  private func run(
    _ spelling: String, _ encoder: any Encoder, goal: Tensor?, radius: Radius,
    criterion: any Criterion
  ) throws -> [AttackOutcome] {
    let subject = Subject(encoder: encoder, head: nil)
    let jobs = try encoder.toyInputs(4).enumerated().map { index, input in
      AttackJob(
        id: "\(index)", input: input,
        truth: try SampleTruth(label: 0, of: subject.predict(input), goal: goal), radii: [radius])
    }
    return try runAttack(
      AttackTable.recipe(spelling), on: jobs, PoolSettings(subject: subject, criterion: criterion)
    ).values.sorted { $0.job.id < $1.job.id }
  }

  /// The goal is the embedding of another input, as the caption of another picture would be.
  @Test(arguments: ["illusion:steps=60,every=10", "apgd-goal:steps=60"])
  func theGoalIsReachedWithoutALabelOrAHead(_ spelling: String) throws {
    let encoder = try ToyEncoder.image()
    let goal = try encoder.embed(encoder.toyInputs(1, seed: 99)[0])
    let outcomes = try run(
      spelling, encoder, goal: goal, radius: Radius(0.4), criterion: GoalReached(threshold: 0.9))
    for outcome in outcomes {
      let clean = try GoalCosine().loss(
        Prediction(embedding: outcome.job.truth.cleanEmbedding, logits: nil),
        Truth(labels: Tensor([0]), cleanEmbedding: goal, goal: goal))
      #expect(try clean.item() < 0.9)
    }
    #expect(outcomes.count { $0.radii[0].success } >= 3)
  }

  @Test func withoutAGoalOrWithOneOfAnotherWidthThereIsNothingToAimAt() throws {
    let encoder = try ToyEncoder.image()
    for (goal, words) in [(nil, "no embedding to aim at"), (try Tensor.ones([1, 5]), "[4, 5]")] {
      let error = #expect(throws: TorchError.self) {
        try run(
          "apgd-goal:steps=2", encoder, goal: goal, radius: Radius(0.1),
          criterion: EmbeddingLost(threshold: 0.9))
      }
      #expect(error?.message.contains(words) == true, "\(words)")
    }
  }

  @Test func recipesSayThatTheyNeedOne() throws {
    #expect(try AttackTable.recipe("illusion").needsGoal)
    #expect(try AttackTable.recipe("apgd-goal").needsGoal)
    #expect(try !AttackTable.recipe("apgd-embedding").needsGoal)
  }

  @Test(arguments: ["decay=0", "decay=1.5", "every=0", "steps=0", "step=0"])
  func nonsenseIsRefused(_ option: String) {
    #expect(throws: UsageError.self) { try AttackTable.recipe("illusion:\(option)") }
  }
}
