import HoldfastCore
public import HoldfastRecords
public import HoldfastReport

/// What one audit found: of one sense, or of one set of pairs.
public struct AuditOutcome {
  /// The run folder.
  public let folder: String
  /// The record of the plan.
  public let plan: PlanRecord
  /// The summary of the results.
  public let summary: SummaryRecord
  /// Whether the request asked for this audit alone, and not for those of several senses.
  public let isAlone: Bool

  /// The tables and notes about it.
  public var report: any Report {
    RetrievalReport(plan: plan, summary: summary) ?? AuditReport(plan: plan, summary: summary)
  }
}

/// What all audits of a request found.
public struct AuditResult {
  /// One for each sense; empty on all processes of a job but the first.
  public let outcomes: [AuditOutcome]
  /// Why gates are shut; nil when all are open.
  public let shortfall: GateError?
}
