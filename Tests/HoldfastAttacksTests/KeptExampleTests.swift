import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

/// A model that is wrong only where the mean of an input is within 0.005 of 0.525.
private struct ThinShell: Encoder {
  let modality = Modality.image
  let input = InputSpec.pixels(height: 2, width: 2)
  let embeddingWidth = 2
  let device = Device.cpu

  func embed(_ x: Tensor) throws(TorchError) -> Tensor {
    let mean = try x.mean([1, 2, 3])
    return try .stacking([mean * 0, 0.005 - (mean - 0.525).absolute()], 1) * 1000
  }
}

/// An attack that looks at one mean after the other in runs of their own, whatever the model says.
private struct Walk: OneStep {
  static let name = "walk"
  let means: [Double]
  var reach: Reach { .box }

  func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try evaluation.x * 0 + means[noise.runs[0]]
  }
}

@Suite("Examples of attacks that seek the smallest perturbation, kept with a full budget")
struct KeptExampleTests {
  private func outcome(_ means: [Double], _ radii: [Double]) throws -> AttackOutcome? {
    let subject = Subject(encoder: ThinShell(), head: Head(logits: 2))
    let job = try AttackJob(
      id: "grey", input: .full(0.5, [1, 3, 2, 2]), label: 0, for: subject,
      radii: radii.map { Radius($0) })
    let recipe = AttackRecipe(
      name: "walk", attack: Walk(means: means), objective: Margin(), restarts: means.count)
    let settings = PoolSettings(subject: subject, stop: .fullBudget)
    return try runAttack(recipe, on: [job], settings)["grey"]
  }

  @Test func asFoundWhereStretchingUndoesThem() throws {
    let outcome = try #require(try outcome([0.523], [0.01, 0.024, 0.1]))
    #expect(outcome.radii.map(\.success) == [false, true, true])
    // Stretched to 0.024 it lies still inside the shell, and further from its edge.
    #expect(abs((outcome.radii[1].example?.distance ?? 0) - 0.024) < 1e-6)
    #expect(abs((outcome.radii[2].example?.distance ?? 0) - 0.023) < 1e-6)
  }

  /// A smaller perturbation that a later run finds does not take the place of a firmer one.
  @Test func theFirmestOfAllRuns() throws {
    let outcome = try #require(try outcome([0.525, 0.521, 0.9], [0.1]))
    #expect(outcome.radii[0].success)
    #expect(abs((outcome.radii[0].example?.distance ?? 0) - 0.025) < 1e-6)
  }
}
