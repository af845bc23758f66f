import HoldfastCore
public import HoldfastRecords
public import HoldfastReport

/// The results of one audit: of one modality, or of one set of pairs.
public struct AuditOutcome {
  /// The run folder.
  public let folder: String
  /// The record of the plan.
  public let plan: PlanRecord
  /// The summary of the results.
  public let summary: SummaryRecord
  /// Whether the request asked for this audit alone, and not for those of several modalities.
  public let isAlone: Bool

  /// The tables and notes about it.
  public var report: any Report {
    RetrievalReport(plan: plan, summary: summary) ?? AuditReport(plan: plan, summary: summary)
  }
}

/// The results of all audits of a request.
public struct AuditResult {
  /// One for each modality; empty on all processes of a job but the first.
  public let outcomes: [AuditOutcome]
  /// Why gates are shut; nil when all are open.
  public let shortfall: GateError?
}
