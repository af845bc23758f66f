import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

/// A random defence whose one draw says little about its gradient: s = w·d + τ ξ·d with new normal
/// numbers ξ at every draw, where d is the input less one half, and logits (s, 0).
private struct Shaken: RandomEncoder {
  let modality = Modality.image
  let input = InputSpec(shape: [3, 8, 8], range: 0...1, unit: "toy")
  let embeddingWidth = 2
  let device = Device.cpu
  /// ±1 by coordinate: `(192)`.
  let direction: Tensor
  var shaking = 5.0

  init() throws {
    var noise = Generator(seed: 1, stream: "direction")
    direction = try (noise.uniform([192]) - 0.5).sign()
  }

  func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor {
    let offset = try input.flattenedRows() - 0.5
    let slope = try noise.normal(like: offset) * shaking + direction
    let value = try (slope * offset).sum([1], keepAxes: true)
    return try .concatenating([value, value * 0], 1)
  }

  /// Class 0 where s is positive.
  var subject: Subject { Subject(encoder: self, head: Head(logits: 2)) }

  /// Inputs of class 0: s is 3.84 on average, which a radius of 0.02 brings to nothing.
  func jobs(_ count: Int, radii: [Radius]) throws -> [AttackJob] {
    let input = try (direction * 0.02 + 0.5).reshaped([1, 3, 8, 8])
    return try (0..<count).map { index in
      try AttackJob(id: "sample-\(index)", input: input, label: 0, for: subject, radii: radii)
    }
  }
}

@Suite("Averaging over randomness")
struct AveragedTests {
  /// On the margin, whose gradient is the slope of the draw.
  private func outcomes(
    _ attack: any Attack, slots: Int = 12, radii: [Radius] = [Radius(0.03)], reversed: Bool = false
  ) throws -> [String: AttackOutcome] {
    let encoder = try Shaken()
    let jobs = try encoder.jobs(12, radii: radii)
    return try runAttack(
      AttackRecipe(name: "averaged", attack: attack, objective: Margin()),
      on: reversed ? jobs.reversed() : jobs,
      PoolSettings(subject: encoder.subject, slots: slots))
  }

  @Test func foolsWhatOneDrawDoesNot() throws {
    let single = try outcomes(PGD(steps: 10)).values.count { $0.radii[0].success }
    let averaged = try outcomes(Averaged(PGD(steps: 10), draws: 64)).values.count {
      $0.radii[0].success
    }
    #expect(single <= 3, "the case says nothing: \(single) of 12 fall to single draws")
    #expect(averaged >= 10, "\(averaged) of 12")
  }

  @Test func verdictsDoNotDependOnTheBatch() throws {
    let radii = [Radius(0), Radius(0.025), Radius(0.03)]
    let attack = Averaged(PGD(steps: 5), draws: 8)
    let base = try outcomes(attack, slots: 12, radii: radii)
    let other = try outcomes(attack, slots: 5, radii: radii, reversed: true)
    for (id, outcome) in base {
      #expect(!outcome.radii[0].success)
      for (mine, its) in zip(outcome.radii, other[id]?.radii ?? []) {
        #expect(mine.success == its.success, "\(id) at \(mine.radius)")
        #expect(mine.cost.forward == its.cost.forward)
      }
    }
    #expect(base.values.contains { $0.radii[2].success })
  }

  /// The verifier's own draws, which no attack saw, bear the verdict out.
  @Test func aVerdictIsTheMeanOverDraws() throws {
    let encoder = try Shaken()
    let subject = encoder.subject
    for outcome in try outcomes(Averaged(PGD(steps: 10), draws: 32)).values {
      guard let example = outcome.radii[0].example else { continue }
      let id = outcome.job.id
      let again = try Verifier(subject: subject).predict(example.input, of: id)
      let truth = Truth(labels: try Tensor([0]), cleanEmbedding: again.embedding)
      #expect(try Misclassification().margin(again, truth).item() == example.margin)

      var noise = Noise([Generator(seed: 0, stream: id).split("verdict")])
      var sum = 0.0
      for _ in 0..<Verifier.draws {
        let one = try subject.predict(example.input, noise: &noise)
        sum += try Misclassification().margin(one, truth).item()
      }
      #expect(abs(sum / Double(Verifier.draws) - example.margin) < 1e-5)
      #expect(outcome.radii[0].cost.forward >= 2 * 32 + Verifier.draws)
    }
  }

  @Test func aRandomEncoderWithoutNoiseSaysTheSameTwice() throws {
    let encoder = try Shaken()
    let input = try encoder.jobs(1, radii: [Radius(0)])[0].input
    let once = try encoder.embed(input)
    #expect(try once.bytes() == encoder.embed(input).bytes())
    let both = try encoder.embed(.concatenating([input, input]))
    #expect(try both.select(0, 0).array(of: Float.self) == both.select(0, 1).array(of: Float.self))
  }

  @Test func onADeterministicModelChangesNothing() throws {
    let subject = try ToyEncoder.image().toySubject()
    let jobs = try toyJobs(for: subject, count: 3, radii: [Radius(0.05)])
    func answer<A: Attack>(_ attack: A) throws -> Evaluator<A>.Answer {
      let x = try Tensor.concatenating(jobs.map(\.input))
      let truth = try Truth(
        jobs.map(\.truth), targets: jobs.map { _ in nil }, on: .cpu)
      var noise = Noise(jobs.map { Generator(seed: 0, stream: $0.id) })
      return try Evaluator(
        attack: attack, objective: CrossEntropy(), criterion: Misclassification(), subject: subject
      )(x, truth, wantsGradient: [true, true, true], noise: &noise)
    }
    let (one, five) = (try answer(PGD()), try answer(Averaged(PGD(), draws: 5)))
    try expectClose(five.gradient, one.gradient, atol: 1e-6, "gradient")
    try expectClose(five.margin, one.margin, atol: 1e-6, "margin")
    #expect(five.forward == [5, 5, 5] && five.backward == [5, 5, 5])
  }
}
