import Foundation
import HoldfastErrors
public import HoldfastRecords
import HoldfastRuns

/// One question whose answer shows whether an attack can be believed.
///
/// A model may survive an attack because it is robust, or because its gradient leads the attack
/// astray. Each check compares two verdicts on the same samples. Their order is known if the attack
/// is sound; the check fails if the order is broken by more than chance (``McNemar``). Source:
/// Athalye et al., 2018, section 3; Carlini et al., 2019, section 4.
protocol MaskingCheck: Sendable {
  /// `a` to `g`.
  var letter: String { get }
  /// A short name of the check.
  var name: String { get }
  /// The question of the check; in a sound evaluation the answer is yes.
  var question: String { get }
  /// What a failure means.
  var meaning: String { get }

  /// What the check finds in the samples of `bench`.
  func find(_ bench: CheckBench) throws -> CheckFinding
}

/// The finding of a check.
struct CheckFinding {
  var figures: [CheckFigureRecord] = []
  /// The samples that speak against the run alone, and those that speak for it alone.
  var against = 0
  var inFavour = 0
  /// How many pairs of verdicts were compared, of which these are the worst.
  var comparisons = 1
  /// The samples that could have spoken against the run; nil when all that were looked at could.
  var candidates: Int?
  /// Why there is nothing to test.
  var notApplicable: String?
  /// Why it cannot be run.
  var notRun: String?

  /// The exact chance of the split, corrected for the number of comparisons (Bonferroni).
  var p: Double { min(1, Double(comparisons) * McNemar.exact(b: against, c: inFavour).oneSided) }

  static func notApplicable(_ reason: String) -> CheckFinding {
    var finding = CheckFinding()
    finding.notApplicable = reason
    return finding
  }

  static func notRun(_ reason: String) -> CheckFinding {
    var finding = CheckFinding()
    finding.notRun = reason
    return finding
  }
}

/// The masking checklist.
public enum Checklist {
  /// The checks, (a) to (g).
  static let checks: [any MaskingCheck] = [
    RadiusCheck(), WideCheck(), TransferCheck(), QueryCheck(), StepsCheck(), GradientCheck(),
    NoiseCheck(),
  ]

  /// The lines of a checklist that was not run.
  public static func notRun(_ reason: String) -> [CheckRecord] {
    checks.map { record($0, .notRun(reason), samples: 0, CheckSettings()) }
  }

  /// The fewest samples that fail a check if all of them speak against the run and none for it: with n on
  /// one side the exact test gives 2⁻ⁿ, times the number of comparisons.
  static func fewestThatFail(
    of samples: Int, comparisons: Int, _ settings: CheckSettings
  ) -> Int {
    var finding = CheckFinding(comparisons: comparisons)
    repeat {
      finding.against += 1
    } while finding.p >= settings.level
      || Double(finding.against) < settings.tolerance * Double(samples)
    return finding.against
  }

  /// The record of a check.
  static func record(
    _ check: any MaskingCheck, _ finding: CheckFinding, samples: Int, _ settings: CheckSettings
  ) -> CheckRecord {
    let isTested = finding.notRun == nil && finding.notApplicable == nil
    let change = Double(finding.against - finding.inFavour) / Double(max(1, samples))
    let isBroken = finding.p < settings.level && change >= settings.tolerance
    let candidates = finding.candidates ?? samples
    let fewest = fewestThatFail(of: samples, comparisons: finding.comparisons, settings)
    let isTooFew = !isBroken && candidates < fewest
    let verdict: CheckRecord.Verdict =
      if finding.notRun != nil {
        .notRun
      } else if finding.notApplicable != nil {
        .notApplicable
      } else {
        isBroken ? .fail : isTooFew ? .tooFew : .pass
      }
    let reason = finding.notRun ?? finding.notApplicable
    return CheckRecord(
      letter: check.letter, name: check.name, question: check.question, verdict: verdict,
      reason: verdict == .tooFew
        ? "\(counted(candidates, "sample")) could speak against the run, and a failure takes \(fewest)"
        : reason,
      figures: finding.figures,
      samples: samples, against: finding.against, inFavour: finding.inFavour,
      p: isTested ? finding.p : nil, level: settings.level, meaning: check.meaning)
  }
}

extension [Bool?] {
  /// The number of answers that are true.
  var yes: Int { count { $0 == true } }

  /// The samples on which this verdict alone is yes, of those on which both are known.
  func butNot(_ other: [Bool?]) -> Int { zip(self, other).count { $0 == true && $1 == false } }
}

extension CheckFigureRecord {
  /// The samples that are right under an attack.
  static func right(_ verdicts: [Bool?], _ when: String) -> CheckFigureRecord {
    CheckFigureRecord(
      name: "right \(when)", count: verdicts.yes, total: verdicts.count { $0 != nil })
  }
}
