package import HoldfastAudit
public import HoldfastErrors
import HoldfastRecords

/// A run that did what it was asked for and found too little.
public struct GateError: UserFacingError {
  /// What was found and what was required, a sentence for each gate that is shut.
  public let reasons: [String]

  /// The error; nil when every requirement is met by every audit, and none did without more samples
  /// than `allowed`.
  package init?(
    _ requirements: [Requirement], allowingSkipped allowed: Int, _ audits: [AuditOutcome]
  ) {
    guard !requirements.isEmpty else { return nil }
    reasons = audits.flatMap { audit in
      let found =
        [audit.shortage(requirements, allowed)].compactMap(\.self)
        + requirements.compactMap { $0.shortfall(in: audit.summary) }
      return found.map { audit.isAlone ? $0 : "\(audit.plan.attackSpace.sense): \($0)" }
    }
    if reasons.isEmpty { return nil }
  }

  /// All reasons.
  public var what: String { reasons.joined(separator: "; ") }
  /// Where to look.
  public var hint: String? { "the run itself is whole: see its report" }
}

extension AuditOutcome {
  /// Why the run measured too little of the data for gates to pass; nil if it did not.
  fileprivate func shortage(_ requirements: [Requirement], _ allowed: Int) -> String? {
    let skipped = (plan.data.missing ?? []) + (summary.skipped ?? []).map(\.id)
    guard skipped.count > allowed else { return nil }
    let names = skipped.prefix(5).joined(separator: ", ")
    let rest = skipped.count > 5 ? ", and \(skipped.count - 5) more" : ""
    let gates = requirements.map { "`\($0)`" }.joined(separator: ", ")
    return "\(skipped.count) \(skipped.count == 1 ? "sample was" : "samples were") passed over "
      + "(\(names)\(rest)), which \(gates) may not do without; --allow-skipped \(skipped.count) "
      + "allows it"
  }
}

/// A run that broke off after its folder was opened: why, and what is kept.
public struct InterruptedRun: Error {
  /// Why it broke off.
  public let cause: any Error
  /// The run folder.
  public let folder: String
  /// How many samples are finished.
  public let finished: Int

  /// What is kept, in a sentence.
  public var remark: String {
    "`\(folder)` keeps the \(finished) samples that are finished, and the same command goes on from "
      + "there"
  }
}
