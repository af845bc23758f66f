import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Low-pass attacks")
struct LowPassTests {
  /// The share of a perturbation's energy within `radius` cycles per image of zero frequency.
  func lowShare(_ offset: Tensor, radius: Double) throws -> Double {
    let shape = offset.shape
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let inside: [Float] = (0..<height).flatMap { row in
      (0..<width).map { column in
        let (v, h) = (min(row, height - row), min(column, width - column))
        return Double(v * v + h * h) <= radius * radius ? 1 : 0
      }
    }
    let spectrum = try offset.fourier2()
    let energy = try spectrum.realPart().squared() + spectrum.imaginaryPart().squared()
    let kept = try (energy * Tensor(inside, [height, width])).sum().item()
    return try kept / energy.sum().item()
  }

  /// Without a box to cut at, what L2 projection leaves is in the band: it only scales.
  @Test func thePerturbationIsInTheBand() throws {
    let encoder = try ToyEncoder.spectrogram()
    let subject = try encoder.toySubject()
    let filter = GaussianFilter(vertical: 0.8, horizontal: 0.8)
    let jobs = try toyJobs(for: subject, count: 3, radii: [Radius(0.5)])
    func shares(_ attack: any Attack) throws -> [Double] {
      let recipe = AttackRecipe(name: "x", attack: attack, objective: CrossEntropy())
      let outcomes = try runAttack(
        recipe, on: jobs, PoolSettings(subject: subject, norm: .l2, stop: .fullBudget))
      return try outcomes.values.map { outcome in
        let example = try #require(outcome.radii[0].example)
        #expect(example.distance > 0.45, "the radius is not used")
        return try lowShare(example.input - outcome.job.input, radius: 2.5)
      }
    }
    for share in try shares(LowPass(PGD(steps: 8), filter: filter)) { #expect(share > 0.97) }
    for share in try shares(LowPass(APGD(steps: 8), filter: filter)) { #expect(share > 0.97) }
    #expect(try shares(APGD(steps: 8)).contains { $0 < 0.9 }, "the bound says nothing")
  }

  @Test func aFilterThatPassesAllChangesNothing() throws {
    let clean = try ToyClassifier.inputs()
    let open = GaussianFilter(vertical: 1e9, horizontal: 1e9)
    for norm in Norm.allCases {
      let plain = PGD(steps: 4, relativeStep: 0.4, randomStart: false)
      let toy = ToyClassifier()
      let mine = try trace(
        plain, from: clean, norm: norm, radius: 0.02, loss: toy.crossEntropy)
      let other = try trace(
        LowPass(plain, filter: open), from: clean, norm: norm, radius: 0.02, loss: toy.crossEntropy)
      for (a, b) in zip(mine, other) {
        try expectClose(b.x, a.x, atol: 2e-6, "\(norm)")
      }
    }
  }
}
