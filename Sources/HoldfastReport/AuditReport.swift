import Foundation
import HoldfastErrors
public import HoldfastRecords

/// The results of a run, as tables and sentences.
public protocol Report: Sendable {
  /// What was audited, and the space of epsilon: one line.
  var heading: String { get }
  /// The table for a reader.
  func table() -> Table
  /// All figures as numbers, for programs.
  func figures() -> Table
  /// Notes to the table.
  var notes: [String] { get }
}

/// The results of an audit, as tables and sentences.
public struct AuditReport: Report {
  private let plan: PlanRecord
  private let summary: SummaryRecord

  /// A report on a finished run.
  public init(plan: PlanRecord, summary: SummaryRecord) {
    self.plan = plan
    self.summary = summary
  }

  /// What was audited, and the space of epsilon: one line.
  public var heading: String {
    summary.reliability + plan.heading(counted(summary.samples, "sample"))
  }

  /// Accuracy per protocol and radius, with Wilson 95 % intervals; the last row is the headline.
  public func table() -> Table {
    var table = Table(texts: ["protocol", "attacks"], numbers: ["clean"] + plan.radii)
    let clean = percent(summary.clean.value)
    for entry in summary.protocols {
      table.add(
        [entry.name, entry.attacks.joined(separator: ", "), clean] + entry.radii.map(cell))
    }
    table.add(
      [headline, "", "\(clean) [\(bounds(summary.clean.low, summary.clean.high))]"]
        + summary.worstCase.map(cell))
    return table
  }

  /// The name of the last row.
  private var headline: String {
    guard !summary.protocols.isEmpty else { return AuditProtocol.clean.rawValue }
    return summary.unreliable == true ? "worst case (unreliable)" : "worst case"
  }

  /// One line per protocol and radius with all figures as numbers, for programs.
  ///
  /// The clean protocol has one line, at radius 0, and no passes that are counted.
  public func figures() -> Table {
    var table = Table(
      texts: ["protocol", "attacks", "epsilon"],
      numbers: [
        "clean_accuracy", "robust_accuracy", "low", "high", "robust", "total",
        "forward_per_sample", "backward_per_sample", "seconds", "unreliable", "preset",
      ])
    let clean = summary.clean
    table.add([
      AuditProtocol.clean.rawValue, "", "0", "\(clean.value)", "\(clean.value)", "\(clean.low)",
      "\(clean.high)",
      "\(clean.count)", "\(clean.total)", "", "", "", summary.unreliableFigure,
      plan.preset ?? "",
    ])
    let worst = ProtocolSummaryRecord(
      name: "worst-case", attacks: [], radii: summary.worstCase)
    for entry in summary.protocols + [worst] {
      for radius in entry.radii {
        table.add(
          [
            entry.name, entry.attacks.joined(separator: "+"), radius.radius,
            "\(radius.cleanAccuracy)", "\(radius.robustAccuracy)", "\(radius.interval[0])",
            "\(radius.interval[1])", "\(radius.robust)", "\(radius.total)",
            "\(radius.forwardPerSample)", "\(radius.backwardPerSample)", "\(radius.seconds)",
            summary.unreliableFigure, plan.preset ?? "",
          ])
      }
    }
    return table
  }

  /// Notes to the table: what was not run, and what is doubtful.
  public var notes: [String] {
    var notes =
      aimNotes(plan) + leftOut(plan, summary)
      + summary.omitted.map { "not run: \($0.name) (\($0.reason))" }
    for entry in summary.protocols {
      let cost = entry.radii.reduce((0.0, 0.0, 0.0)) {
        ($0.0 + $1.forwardPerSample, $0.1 + $1.backwardPerSample, $0.2 + $1.seconds)
      }
      notes.append(
        String(
          format: "%@: %.1f forward and %.1f backward passes per sample, %.1f s", entry.name,
          cost.0, cost.1, cost.2))
    }
    if let smallest = SmallestReport(plan: plan, summary: summary) { notes.append(smallest.note) }
    return notes + reuseNotes(summary) + Self.doubts(summary) + summary.checkNotes
  }

  /// Doubts about the figures themselves.
  static func doubts(_ summary: SummaryRecord) -> [String] {
    guard summary.inMarginBand > 0 else { return [] }
    return [
      "\(summary.inMarginBand) verdicts are within 0.001 logits of the boundary: "
        + "other kernels may decide them otherwise"
    ]
  }

  private func cell(_ radius: RadiusSummaryRecord) -> String {
    "\(percent(radius.robustAccuracy)) [\(bounds(radius.interval[0], radius.interval[1]))]"
  }
}
