package import HoldfastAudit
public import HoldfastErrors
import HoldfastRecords

/// A run that is complete, but does not meet its requirements.
public struct GateError: UserFacingError {
  /// The result and the requirement, a sentence for each gate that is not met.
  public let reasons: [String]

  /// The error; nil when every audit meets every requirement and has skipped at most `allowed`
  /// samples.
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

  /// All reasons, one after the other.
  public var what: String { reasons.joined(separator: "; ") }
  /// Points to the report, as the run itself is whole.
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
    return counted(skipped.count, "sample was", "samples were") + " skipped "
      + "(\(names)\(rest)), which \(gates) does not allow; --allow-skipped \(skipped.count) "
      + "allows it"
  }
}

/// A run that failed after its folder was opened: why, and what is kept.
public struct InterruptedRun: Error {
  /// The error that ended it.
  public let cause: any Error
  /// The run folder.
  public let folder: String
  /// How many samples are finished.
  public let finished: Int

  /// The finished samples that are kept, in a sentence.
  public var remark: String {
    "`\(folder)` keeps \(counted(finished, "finished sample")), and the same command goes on from there"
  }
}
