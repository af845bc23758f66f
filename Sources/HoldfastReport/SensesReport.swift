import Foundation
public import HoldfastRecords

/// The results of audits of several modalities of one model, a row each: clean accuracy and robust
/// accuracy per radius, worst case over the protocols that were run.
///
/// The form is that of CALMARS, table 7. Modalities measure epsilon in units of their own, and each
/// row names its unit.
public struct SensesReport: Report {
  /// One modality's run.
  public struct Entry: Sendable {
    /// The record of the plan.
    public let plan: PlanRecord
    /// The summary of the results.
    public let summary: SummaryRecord

    /// A finished run.
    public init(plan: PlanRecord, summary: SummaryRecord) {
      self.plan = plan
      self.summary = summary
    }

    var data: String { lastName(of: plan.data.path) }
    var sense: String { plan.attackSpace.sense }
  }

  private let entries: [Entry]

  /// A report on runs of one model, in the order of the rows.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// The model, how much of it was audited, and the space of epsilon: one line.
  public var heading: String {
    guard let plan = entries.first?.plan else { return "" }
    let model = lastName(of: plan.model.path)
    let defended = plan.model.defense.map { " with \($0.split(separator: " ")[0])" } ?? ""
    return
      "\(reliability)\(model)\(defended): worst case per sample over the protocols that were run, "
      + "\(plan.norm) in the unit of each row, \(places), seed \(plan.seed)\(plan.way)"
  }

  /// The spaces that attacks acted in.
  private var places: String {
    let others = entries.filter { $0.plan.attackSpace.place != "model" }
      .map { "\($0.sense) at \($0.plan.attackSpace.place)" }
    return (["at the model's own size"] + others).joined(separator: ", but ")
  }

  /// The modalities whose attacks cannot be believed.
  private var reliability: String {
    let senses = entries.filter { $0.summary.unreliable == true }.map(\.sense)
    return senses.isEmpty ? "" : "UNRELIABLE for \(senses.joined(separator: ", ")): "
  }

  /// A row per modality, with Wilson 95 % intervals.
  public func table() -> Table {
    var table = Table(
      texts: ["modality", "data", "unit of epsilon", "checks"],
      numbers: ["samples", "clean"] + radii)
    for entry in entries {
      let clean = entry.summary.clean
      let robust = radii.map { radius in
        entry.summary.worstCase.first { $0.radius == radius }.map {
          "\(percent($0.robustAccuracy)) [\(bounds($0.interval[0], $0.interval[1]))]"
        } ?? ""
      }
      table.add(
        [
          entry.sense, entry.data, entry.plan.attackSpace.unit, entry.summary.checkVerdict,
          "\(entry.summary.samples)",
          "\(percent(clean.value)) [\(bounds(clean.low, clean.high))]",
        ] + robust)
    }
    return table
  }

  /// One line per modality and radius with all figures as numbers, for programs.
  public func figures() -> Table {
    var table = Table(
      texts: ["modality", "data", "unit", "epsilon"],
      numbers: [
        "clean_accuracy", "robust_accuracy", "low", "high", "robust", "total", "unreliable",
        "preset",
      ])
    for entry in entries {
      for radius in entry.summary.worstCase {
        table.add([
          entry.sense, entry.data, entry.plan.attackSpace.unit, radius.radius,
          "\(radius.cleanAccuracy)", "\(radius.robustAccuracy)", "\(radius.interval[0])",
          "\(radius.interval[1])", "\(radius.robust)", "\(radius.total)",
          entry.summary.unreliableFigure, entry.plan.preset ?? "",
        ])
      }
    }
    return table
  }

  /// Which modality is weakest, and what each row does not cover.
  public var notes: [String] {
    [weakest].compactMap { $0 }
      + entries.flatMap { entry in
        AuditReport(plan: entry.plan, summary: entry.summary).notes.map { "\(entry.sense): \($0)" }
      }
  }

  /// The modality that keeps least of its own clean accuracy at the smallest radius, in a sentence.
  public var weakest: String? {
    let kept = entries.compactMap { entry in
      entry.summary.worstCase.first.flatMap { radius in
        radius.cleanAccuracy > 0
          ? (entry, radius, radius.robustAccuracy / radius.cleanAccuracy) : nil
      }
    }
    guard kept.count > 1, let (entry, radius, share) = kept.min(by: { $0.2 < $1.2 }) else {
      return nil
    }
    return "\(entry.sense) keeps least of its clean accuracy: \(percent(share)) of it at "
      + "\(radius.radius) (\(entry.plan.attackSpace.unit)); units differ, so modalities compare by "
      + "what such a change means to a person"
  }

  /// The radii of all runs, in order of appearance.
  private var radii: [String] {
    var seen: [String] = []
    for radius in entries.flatMap(\.plan.radii) where !seen.contains(radius) {
      seen.append(radius)
    }
    return seen
  }
}
