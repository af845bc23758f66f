import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Audits that are killed at random moments and started again until nothing is left to do.
@Suite("Runs that are killed", .serialized)
struct KillTests {
  /// Random numbers from a seed, so that a failure can be seen again.
  private struct Dice {
    private var state: SplitMix64
    init(seed: UInt64) { state = SplitMix64(seed: seed, stream: 0) }
    mutating func unit() -> Double { Double(state.next() >> 11) / Double(1 << 53) }
  }

  /// Kills a run `count` times, waits between kills so long that it is about done by then, and lets
  /// the last session come to its end.
  private func breakOff(
    _ audit: SceneAudit, _ run: String, _ rest: [String], kills count: Int, pace: Double,
    _ dice: inout Dice
  ) throws {
    var kills = 0
    var places: [Int] = []
    while kills < count {
      let before = audit.lines(run)
      let program = try RunningProgram(audit.arguments(run, rest), in: audit.folder)
      if dice.unit() < 0.25 {
        // While it starts: the folder may not be there yet.
        Thread.sleep(forTimeInterval: 0.5 * dice.unit())
      } else {
        program.wait { audit.lines(run) > before }
        let left = Double(audit.samples - before) / Double(count - kills + 2)
        Thread.sleep(forTimeInterval: 2 * dice.unit() * left * pace)
      }
      guard program.kill9() else {
        let outcome = try program.outcome()
        Issue.record("came to its end after \(kills) kills with \(outcome.code): \(outcome.talk)")
        return
      }
      kills += 1
      places.append(audit.lines(run))
      #expect(places.last ?? 0 >= before, "a finished sample was lost")
    }
    print("killed after \(places) of \(audit.samples) samples")
    #expect(Set(places).count > count / 3, "kills came at too few places: \(places)")
    let outcome = try Program.run(audit.arguments(run, rest), in: audit.folder)
    #expect(outcome.code == 0, "\(outcome.talk)")
  }

  @Test("22 times end as the unbroken run, sample by sample, with one slot and one thread")
  func exact() throws {
    var dice = Dice(seed: 1)
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 5)
      let clock = ContinuousClock()
      var whole: [SampleRecord] = []
      let took = try clock.measure { whole = try audit.unbroken("whole") }
      try breakOff(
        audit, "broken", ["--batch-size", "1", "--threads", "1"], kills: 22,
        pace: 0.8 * (took / .seconds(1)) / Double(audit.samples), &dice)
      let broken = try audit.records("broken")
      #expect(broken.map(\.id) == whole.map(\.id))
      for (one, other) in zip(broken, whole) { #expect(one == other) }
      #expect(try audit.summary("broken") == audit.summary("whole"))
      let run = try StoredRun(at: folder.appendingPathComponent("broken").path)
      #expect(run.record.sessions.count > 1)
    }
  }

  @Test("with many slots have the same ids, and verdicts that were all seen")
  func batched() throws {
    var dice = Dice(seed: 2)
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 5)
      let rest = ["--batch-size", "8", "--threads", "1"]
      let whole = try audit.unbroken("whole", rest)
      try breakOff(audit, "broken", rest, kills: 4, pace: 0.01, &dice)
      let broken = try audit.records("broken")
      #expect(broken.map(\.id) == whole.map(\.id))
      var (verdicts, different) = (0, 0)
      for (one, other) in zip(broken, whole) {
        #expect(one.input == other.input && one.clean.correct == other.clean.correct)
        for (a, b) in zip(one.protocols[0].radii, other.protocols[0].radii) {
          verdicts += 1
          different += a.robust == b.robust ? 0 : 1
          guard one.clean.correct, !a.robust else { continue }
          let example = try #require(a.example)
          #expect(example.margin > 0 && example.predicted != one.label)
          #expect(example.sha256.count == 64 && example.distance <= 4.0 / 255 + 1e-9)
        }
      }
      print("\(different) of \(verdicts) verdicts differ")
      #expect(Double(different) <= 0.005 * Double(verdicts))
    }
  }
}
