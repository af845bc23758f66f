package import HoldfastAudit
public import HoldfastErrors
package import HoldfastRecords

/// A run that did what it was asked for and found too little.
public struct GateError: UserFacingError {
  /// What was found and what was required, a sentence for each gate that is shut.
  public let reasons: [String]

  /// The error; nil when every requirement is met by every summary.
  package init?(
    _ requirements: [Requirement], _ summaries: [(name: String, summary: SummaryRecord)]
  ) {
    reasons = summaries.flatMap { name, summary in
      requirements.compactMap { requirement in
        requirement.shortfall(in: summary).map { name.isEmpty ? $0 : "\(name): \($0)" }
      }
    }
    if reasons.isEmpty { return nil }
  }

  /// All reasons.
  public var what: String { reasons.joined(separator: "; ") }
  /// Where to look.
  public var hint: String? { "the run itself is whole: see its report" }
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
