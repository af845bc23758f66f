import Foundation
import HoldfastRecords

extension SummaryRecord {
  /// The beginning of a heading: that the run is unreliable and by which checks; else empty.
  var reliability: String {
    let failed = checks?.failed ?? []
    guard !failed.isEmpty else { return "" }
    let letters = failed.map { "(\($0))" }.joined(separator: ", ")
    return "UNRELIABLE, \(failed.count == 1 ? "check" : "checks") \(letters) failed: "
  }

  /// The checks in one column: `pass`, `unreliable`, `too few to tell` or `not run`; empty if the
  /// record has none.
  var checkVerdict: String {
    guard let checks else { return "" }
    if unreliable == true { return "unreliable" }
    if checks.allSatisfy({ $0.verdict == .notRun }) { return "not run" }
    return checks.undecided.isEmpty ? "pass" : "too few to tell"
  }

  /// The same for programs; empty when nothing was checked.
  var unreliableFigure: String { unreliable.map { "\($0)" } ?? "" }

  /// A line for each check, or one for all if none was run.
  var checkNotes: [String] {
    guard let checks, let first = checks.first else { return [] }
    if checks.allSatisfy({ $0.verdict == .notRun && $0.reason == first.reason }) {
      return ["masking checks not run (\(first.reason ?? ""))"]
    }
    return checks.map(\.note)
  }
}

extension CheckRecord {
  /// The question, the answer, and what it rests on: one line.
  var note: String {
    let head = "check (\(letter)) \(name), \(question)"
    let seen = figures.map { "\($0.count)/\($0.total) \($0.name)" }.joined(separator: ", ")
    switch verdict {
    case .notRun: return "\(head) not run (\(reason ?? ""))"
    case .notApplicable:
      let facts = seen.isEmpty ? "" : "; \(seen)"
      return "\(head) does not apply (\(reason ?? ""))\(facts)"
    case .tooFew: return "\(head) too few to tell (\(reason ?? "")): \(seen)"
    case .pass, .fail:
      let test = "\(against) against, \(inFavour) in favour of \(samples), p = \(chance)"
      let answer = verdict == .pass ? "yes, passed" : "NO, FAILED"
      return "\(head) \(answer): \(seen); \(test)" + (verdict == .fail ? ". \(meaning)" : "")
    }
  }

  private var chance: String { p.map { String(format: "%.2g", $0) } ?? "none" }
}
