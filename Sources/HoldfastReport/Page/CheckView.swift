import Foundation
import HoldfastErrors
import HoldfastRecords

/// The masking checklist, ready for the template `checks`.
struct CheckView {
  struct Line {
    let letter: Shown
    let question: Shown
    let verdict: Shown
    let style: String
    let reason: Shown
    let figures: [Shown]
    let test: Shown
    let meaning: Shown
  }

  let lines: [Line]

  init?(_ checks: [CheckRecord]?) {
    guard let checks, !checks.isEmpty else { return nil }
    lines = checks.map { check in
      Line(
        letter: Shown(check.letter), question: Shown(check.question),
        verdict: Shown(Self.word(check.verdict)), style: check.verdict.rawValue,
        reason: Shown(check.reason ?? ""),
        figures: check.figures.map {
          Shown("\($0.name): \($0.count) of \($0.total) (\(percent($0.value)))")
        },
        test: Shown(
          check.p.map {
            "of \(counted(check.samples, "sample")) \(check.against) speak against and \(check.inFavour) for it, "
              + "p = \(String(format: "%.2g", $0)); it fails below \(String(format: "%g", check.level))"
          } ?? ""),
        meaning: Shown(
          (check.verdict == .fail ? "This means: " : "A failure would mean: ") + check.meaning + "."
        ))
    }
  }

  private static func word(_ verdict: CheckRecord.Verdict) -> String {
    switch verdict {
    case .pass: "✓ passed"
    case .fail: "✗ failed"
    case .tooFew: "? too few to tell"
    case .notRun: "– not run"
    case .notApplicable: "– does not apply"
    }
  }

  /// The banner above everything else if a check failed; nil if none did.
  static func banner(_ summary: SummaryRecord) -> Shown? {
    guard summary.unreliable == true else { return nil }
    let failed = (summary.checks ?? []).failed.map { "(\($0))" }
    let which = failed.isEmpty ? "" : ": check \(failed.joined(separator: ", ")) failed"
    return Shown(
      "Unreliable\(which). The attacks of this run cannot be believed, so the model may be far less "
        + "robust than the figures say.")
  }
}
