import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A defence that rounds its input to a few levels, with or without saying what its gradient is.
private struct Rounding: Encoder {
  let base: ToyEncoder
  let isDeclared: Bool

  var modality: Modality { base.modality }
  var input: InputSpec { base.input }
  var embeddingWidth: Int { base.embeddingWidth }
  var device: Device { base.device }

  func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let step = { (x: Tensor) throws(TorchError) in try (x * 8).rounded() / 8 }
    return try base.embed(isDeclared ? input.straightThrough(step) : step(input))
  }
}

@Suite("Defences without a gradient")
struct StallTests {
  /// How many of twelve samples an attack fools that starts at the input.
  private func fallen(isDeclared: Bool) throws -> Int {
    let subject = try Rounding(base: .image(), isDeclared: isDeclared).toySubject()
    let jobs = try toyJobs(for: subject, count: 12, radii: [Radius(0.3)])
    let outcomes = try runAttack(
      AttackTable.recipe("pgd:steps=10,random-start=false"), on: jobs,
      PoolSettings(subject: subject, slots: 12))
    return outcomes.values.count { $0.radii[0].success }
  }

  @Test func stallAnAttackUnlessTheyDeclareOne() throws {
    #expect(try fallen(isDeclared: false) == 0)
    #expect(try fallen(isDeclared: true) >= 10)
  }
}
