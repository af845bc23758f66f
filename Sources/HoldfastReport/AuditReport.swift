import Foundation
public import HoldfastRecords

/// What an audit found, as tables and sentences.
public struct AuditReport: Sendable {
  private let plan: PlanRecord
  private let summary: SummaryRecord

  /// A report on a finished run.
  public init(plan: PlanRecord, summary: SummaryRecord) {
    self.plan = plan
    self.summary = summary
  }

  /// What was audited, and where epsilon lives: one line.
  public var heading: String {
    let model = (plan.model.path as NSString).lastPathComponent
    let defended = plan.model.defense.map { " with \($0.split(separator: " ")[0])" } ?? ""
    return "\(model)\(defended) on \((plan.data.path as NSString).lastPathComponent): "
      + "\(summary.samples) samples, \(plan.norm) in units of the \(plan.attackSpace.unit), "
      + "attacked \(place), seed \(plan.seed)"
  }

  private var place: String {
    let size = plan.attackSpace.shape.map(String.init).joined(separator: "×")
    return plan.attackSpace.place == "model" ? "at the model's own size \(size)" : "at \(size)"
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
  private var headline: String { summary.protocols.isEmpty ? "clean" : "worst case" }

  /// One line per protocol and radius with all figures as numbers, for programs.
  ///
  /// The clean protocol has one line, at radius 0, and no passes that are counted.
  public func figures() -> Table {
    var table = Table(
      texts: ["protocol", "attacks", "epsilon"],
      numbers: [
        "clean_accuracy", "robust_accuracy", "low", "high", "robust", "total",
        "forward_per_sample", "backward_per_sample", "seconds",
      ])
    let clean = summary.clean
    table.add([
      "clean", "", "0", "\(clean.value)", "\(clean.value)", "\(clean.low)", "\(clean.high)",
      "\(clean.count)", "\(clean.total)",
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
          ])
      }
    }
    return table
  }

  /// What a reader must know to read the table rightly: what was not run, and what is doubtful.
  public var notes: [String] {
    var notes = summary.omitted.map { "not run: \($0.name) (\($0.reason))" }
    for entry in summary.protocols {
      let cost = entry.radii.reduce((0.0, 0.0, 0.0)) {
        ($0.0 + $1.forwardPerSample, $0.1 + $1.backwardPerSample, $0.2 + $1.seconds)
      }
      notes.append(
        String(
          format: "%@: %.1f forward and %.1f backward passes per sample, %.1f s", entry.name,
          cost.0, cost.1, cost.2))
    }
    if summary.inMarginBand > 0 {
      notes.append(
        "\(summary.inMarginBand) verdicts are within 0.001 logits of the boundary: "
          + "other kernels may decide them otherwise")
    }
    return notes
  }

  private func cell(_ radius: RadiusSummaryRecord) -> String {
    "\(percent(radius.robustAccuracy)) [\(bounds(radius.interval[0], radius.interval[1]))]"
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  private func bounds(_ low: Double, _ high: Double) -> String {
    String(format: "%.1f, %.1f", 100 * low, 100 * high)
  }
}
