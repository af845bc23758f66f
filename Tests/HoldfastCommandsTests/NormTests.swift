import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Attacks in L2 and L1 on real checkpoints and pictures.
@Suite(
  "L2 and L1 on real models",
  .enabled(if: Fixtures.isPresent, "needs the checkpoints and pictures of HOLDFAST_FIXTURES"))
struct NormTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let norm: Norm
    let spelling: String
    var testDescription: String { "\(spelling) in \(norm)" }
    /// One that fools few and one that fools many, for pictures of 3072 values in [0, 1].
    var radii: [Radius] { (norm == .l2 ? ["0.1", "1"] : ["2", "32"]).compactMap(Radius.init) }
    /// Each norm on one of the models, to save time.
    var model: String { StrengthTests.models[norm == .l2 ? 1 : 0] }
  }

  static let cases = [Norm.l2, .l1].flatMap { norm in
    [
      "apgd-ce:steps=20", "apgd-t:steps=10,targets=2", "fab-t:steps=20,targets=2",
      "square:queries=300",
    ].map { Case(norm: norm, spelling: $0) }
  }

  /// Every radius is attacked by itself, so that order in the radius is found and not assumed.
  @Test(arguments: cases)
  func findsMoreThanNoise(_ attack: Case) throws {
    let trial = try PeerTrial(attack.model, perClass: 2)
    let jobs = trial.jobs.filter(\.truth.isCorrect).map { job in
      AttackJob(id: job.id, input: job.input, truth: job.truth, radii: attack.radii)
    }
    let outcomes = try AttackTable.recipe(attack.spelling, norm: attack.norm).run(
      on: jobs,
      PoolSettings(
        subject: trial.subject, norm: attack.norm, budgets: .independent, slots: 32))
    let fooled = attack.radii.indices.map { index in
      outcomes.count { $0.radii[index].success }
    }
    let noise = try attack.radii.map { radius in
      try jobs.count { try isFooledByNoise($0, trial.subject, attack.norm, radius) }
    }
    #expect(fooled[0] <= fooled[1], "\(fooled)")
    #expect(fooled[1] > noise[1] + 2, "\(fooled) of \(jobs.count), and noise \(noise)")
    for outcome in outcomes {
      for found in outcome.radii {
        guard let example = found.example else {
          #expect(!found.success)
          continue
        }
        try expectReachable(example, outcome.job, attack.norm, found.radius)
      }
    }
  }

  /// In the ball, in the box, and wrong when asked again.
  private func expectReachable(
    _ example: Example, _ job: AttackJob, _ norm: Norm, _ radius: Radius
  ) throws {
    let values = try example.input.array(of: Float.self)
    let moves = zip(values, try job.input.array(of: Float.self)).map { Double($0) - Double($1) }
    let distance =
      norm == .l2
      ? moves.reduce(0) { $0 + $1 * $1 }.squareRoot() : moves.reduce(0) { $0 + abs($1) }
    #expect(distance <= radius.value + 1e-6)
    #expect(abs(distance - example.distance) < 1e-6)
    #expect(values.allSatisfy { (0...1).contains($0) })
    #expect(example.predicted != job.truth.label || example.margin <= 0)
  }

  /// Whether any of five draws from the surface of the ball is classified wrong.
  private func isFooledByNoise(
    _ job: AttackJob, _ subject: Subject, _ norm: Norm, _ radius: Radius
  ) throws -> Bool {
    let ball = try Ball(
      around: job.input, norm: norm, radii: [radius], range: subject.encoder.input.range)
    var generator = Generator(seed: 9, stream: job.id)
    for _ in 0..<5 {
      let noise = try generator.normal(job.input.shape)
      let scale = radius.value / (try noise.norm(norm.order).item())
      let seen = try Verifier(subject: subject).test(
        ball.project(job.input + noise * scale), job: job,
        threat: ThreatModel(norm: norm, radius: radius))
      if seen.margin > 0 { return true }
    }
    return false
  }
}
