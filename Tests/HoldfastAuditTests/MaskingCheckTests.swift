import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("The masking checks")
struct MaskingCheckTests {
  private func run(_ toy: CheckedToy) throws -> [CheckRecord] {
    try withTemporaryFolder { try toy.checks(in: $0) }
  }

  private func verdict(_ checks: [CheckRecord], _ letter: String) -> CheckRecord.Verdict? {
    checks[letter]?.verdict
  }

  @Test("all pass where the gradient is honest")
  func honest() throws {
    let checks = try run(CheckedToy(BrightnessEncoder.honest, source: BrightnessEncoder.honest))
    #expect(checks.map(\.letter) == ["a", "b", "c", "d", "e", "f", "g"])
    for check in checks {
      #expect(check.verdict == .pass, "\(check)")
      #expect(check.samples == 40 && check.p ?? 0 >= 0.01 && check.reason == nil)
      #expect(!check.figures.isEmpty)
    }
    #expect(checks.failed.isEmpty)
    let wide = try #require(checks["b"])
    #expect(wide.figures.map(\.count) == [39, 0])
  }

  @Test("(a) and (b) fail where a larger radius hides the gradient")
  func rough() throws {
    let checks = try run(
      CheckedToy(BrightnessEncoder.blindWhereRough, radii: ["4/255", "16/255"]))
    let radius = try #require(checks["a"])
    #expect(radius.verdict == .fail, "\(radius)")
    let right = radius.figures.dropFirst().map(\.count)
    // 4/255 takes what lies close to the boundary; beyond it little is found.
    #expect(right.count == 3 && right[0] + 6 < right[1])
    #expect(verdict(checks, "b") == .fail)
    #expect(verdict(checks, "f") == .pass)
  }

  @Test("(c), (d) and (f) fail where there is no gradient")
  func blind() throws {
    let checks = try run(CheckedToy(BrightnessEncoder.blind, source: BrightnessEncoder.honest))
    #expect(verdict(checks, "a") == .pass)
    for letter in ["b", "c", "d", "f"] { #expect(verdict(checks, letter) == .fail, "\(letter)") }
    #expect(checks["f"]?.figures.map(\.count) == [40, 40 * 192])
    let queries = try #require(checks["d"])
    // Enough fell that those that the attack fooled were asked as well.
    #expect(queries.figures.count == 3)
    let p = McNemar.exact(b: queries.against, c: queries.inFavour).oneSided
    #expect(queries.p == p && p < 0.01)
  }

  @Test("(e) fails where the steps do not reach the edge of the ball, and passes where they do")
  func steps() throws {
    let short = PGD(steps: 4, relativeStep: 0.02, randomStart: false)
    let checks = try run(CheckedToy(BrightnessEncoder.honest, attack: short))
    #expect(verdict(checks, "e") == .fail)
    #expect(checks["e"]?.figures[2].name == "right under attack of 40 steps at 8/255")
    let enough = PGD(steps: 4, relativeStep: 0.5, randomStart: false)
    let others = try run(CheckedToy(BrightnessEncoder.honest, attack: enough))
    #expect(verdict(others, "e") == .pass)
  }

  @Test("(g) fails where any roughness fools, and does not apply where little is gained")
  func noise() throws {
    var toy = try CheckedToy(BrightnessEncoder.brittle, radii: ["8/255", "20/255"])
    let checks = try run(toy)
    let noise = try #require(checks["g"])
    #expect(noise.verdict == .fail, "\(noise)")

    toy = try CheckedToy(BrightnessEncoder.honest, radii: ["1/2550"])
    let small = try #require(run(toy)["g"])
    #expect(small.verdict == .notApplicable)
    #expect(small.reason?.contains("less than 5 points") == true && small.p == nil)
  }

  @Test("say what they did not run, and what does not apply")
  func absent() throws {
    let alone = try run(CheckedToy(BrightnessEncoder.honest))
    #expect(verdict(alone, "c") == .notRun)
    #expect(alone["c"]?.reason == "the transfer protocol is not run")
    #expect(alone.failed.isEmpty)

    let endless = BrightnessEncoder(range: nil) { (_, brightness) throws(TorchError) in brightness }
    #expect(verdict(try run(CheckedToy(endless)), "b") == .notApplicable)

    var none = try CheckedToy(BrightnessEncoder.honest, source: BrightnessEncoder.honest)
    none.plan.attacks[.whiteBox] = nil
    let left = try run(none)
    #expect(left.map(\.verdict) == [CheckRecord.Verdict](repeating: .notRun, count: 7))
    #expect(Checklist.notRun("--checks off").map(\.letter) == left.map(\.letter))
  }

  @Test("a difference of less than seven samples of a hundred fails nothing")
  func threshold() {
    #expect(McNemar.exact(b: 6, c: 0).oneSided > 0.01)
    #expect(McNemar.exact(b: 7, c: 0).oneSided < 0.01)
  }

  @Test("neither pass nor fail where too few samples could fail them")
  func tooFew() throws {
    let settings = CheckSettings()
    func record(
      _ candidates: Int?, of samples: Int = 100, comparisons: Int = 1, against: Int = 0
    ) -> CheckRecord {
      let finding = CheckFinding(
        against: against, comparisons: comparisons, candidates: candidates)
      return Checklist.record(WideCheck(), finding, samples: samples, settings)
    }
    // 2⁻⁶ is above 1 %, 2⁻⁷ below; six comparisons take 2⁻¹⁰, and 2000 samples a difference of 20.
    for (fewest, samples, comparisons) in [(7, 100, 1), (10, 100, 6), (20, 2000, 1)] {
      let few = record(fewest - 1, of: samples, comparisons: comparisons)
      #expect(few.verdict == .tooFew)
      #expect(
        few.reason
          == "\(fewest - 1) samples could speak against the run, and a failure takes \(fewest)")
      #expect(record(fewest, of: samples, comparisons: comparisons).verdict == .pass)
      let failed = record(fewest, of: samples, comparisons: comparisons, against: fewest)
      #expect(failed.verdict == .fail)
    }
    #expect(record(nil, of: 6).verdict == .tooFew)
    #expect(record(nil, of: 7).verdict == .pass)

    var toy = try CheckedToy(BrightnessEncoder.honest, source: BrightnessEncoder.honest)
    toy.settings.samples = 5
    let checks = try run(toy)
    #expect(checks.allSatisfy { [.tooFew, .notApplicable].contains($0.verdict) }, "\(checks)")
    #expect(checks.undecided.count > 4 && checks.failed.isEmpty)
    let summary = SummaryRecord(
      samples: 5, clean: .wilson(5, of: 5), worstCase: [], protocols: [], omitted: [],
      inMarginBand: 0, checks: checks)
    #expect(summary.unreliable == nil)
  }

  @Test("take the first attack that follows a gradient, and lengthen any attack that has steps")
  func attacks() throws {
    for entry in AttackTable.entries where entry.norms.contains(.linf) {
      for recipe in try AttackTable.recipes(entry.name, norm: .linf) {
        let longer = recipe.lengthened(by: 10)
        if recipe.attack.steps == 1 {
          #expect(longer == nil)
        } else {
          #expect(longer?.attack.steps == 10 * recipe.attack.steps, "\(recipe.name)")
        }
      }
    }
    var plan = try CheckedToy(BrightnessEncoder.honest).plan
    plan.attacks[.whiteBox] = try AttackTable.recipes("autoattack")
    #expect(CheckRunner(Classification(plan)).attack?.name == "apgd-ce")
    plan.attacks[.whiteBox] = try AttackTable.recipes("square")
    #expect(CheckRunner(Classification(plan)).attack?.attack is APGD)
  }
}

@Suite("checks.json")
struct CheckResumeTests {
  /// Fails after a number of batches, as a run does that is killed.
  private final class Fuse {
    var left = Int.max
    var rows = 0
  }

  private func watched(_ fuse: Fuse) -> BrightnessEncoder {
    BrightnessEncoder { (input, brightness) throws(TorchError) in
      fuse.left -= 1
      guard fuse.left > 0 else {
        throw TorchError(code: .backend, operation: "test", message: "killed")
      }
      fuse.rows += input.shape[0]
      return brightness
    }
  }

  @Test("a run that was stopped goes on where it was, and comes to the same")
  func resume() throws {
    let fuse = Fuse()
    let toy = try CheckedToy(watched(fuse))
    let records = try toy.records()
    func run(in folder: URL) throws -> [CheckRecord] {
      var rest = toy.samples[...]
      return try CheckRunner(Classification(toy.plan), settings: toy.settings).run(
        in: folder.path, samples: { rest.popFirst() }, records: { _ in records })
    }
    let (whole, all) = try withTemporaryFolder { folder in
      fuse.rows = 0
      return (try run(in: folder), fuse.rows)
    }
    try withTemporaryFolder { folder in
      fuse.left = 700
      fuse.rows = 0
      #expect(throws: TorchError.self) { try run(in: folder) }
      let before = fuse.rows
      let file = folder.appendingPathComponent("checks.json")
      let half = try RecordCoding.decoder().decode(
        ChecklistRecord.self, from: Data(contentsOf: file))
      #expect(!half.checks.isEmpty && half.checks.count < 7 && !half.passes.isEmpty)
      fuse.left = .max
      #expect(try run(in: folder) == whole)
      // Clean predictions come twice, and what was in flight; nothing else does.
      #expect(fuse.rows < all + before / 2)
      fuse.rows = 0
      #expect(try run(in: folder) == whole)
      #expect(fuse.rows <= 2 * toy.samples.count)
    }
  }

  @Test("other samples or settings begin anew, and a damaged file is refused")
  func others() throws {
    try withTemporaryFolder { folder in
      var toy = try CheckedToy(BrightnessEncoder.honest)
      _ = try toy.checks(in: folder)
      toy.settings.samples = 20
      let fewer = try toy.checks(in: folder)
      #expect(fewer.allSatisfy { $0.verdict == .notRun || $0.samples == 20 })
      try Data("{}".utf8).write(to: folder.appendingPathComponent("checks.json"))
      #expect(throws: (any Error).self) { try toy.checks(in: folder) }
    }
  }
}
