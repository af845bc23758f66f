import Foundation
public import HoldfastRecords

/// How small a perturbation fools each sample, class by class.
public struct SmallestReport: Sendable {
  private let plan: PlanRecord
  private let found: SmallestRecord

  /// A report on a run; nil when nothing but clean accuracy was measured.
  public init?(plan: PlanRecord, summary: SummaryRecord) {
    guard let found = summary.smallest else { return nil }
    self.plan = plan
    self.found = found
  }

  /// A row per class and one for all: how many were first fooled at each radius, and quartiles.
  public func table() -> Table {
    var table = Table(
      texts: ["class"],
      numbers: ["samples", "wrong"] + plan.radii.map { "fell at \($0)" } + [
        "stand", "lower quartile", "median", "upper quartile",
      ])
    for group in found.classes + [found.all] {
      let name = group.label.map { plan.classes.indices.contains($0) ? plan.classes[$0] : "\($0)" }
      table.add(
        [name ?? "all", "\(group.samples)", "\(group.wrong)"] + group.fooled.map(String.init)
          + ["\(group.standing)"] + group.quartiles.map(size))
    }
    return table
  }

  /// The median in words.
  public var note: String {
    guard let median = found.all.median else {
      let largest = plan.radii.last ?? "the largest radius"
      return "more than half of the samples stand at \(largest), so the median of the smallest "
        + "perturbation that fools lies beyond"
    }
    return median == 0
      ? "at least half of the samples are wrong without any perturbation"
      : "the median of the smallest perturbation found that fools is \(size(median)); more radii, or "
        + "FAB, may find smaller ones"
  }

  /// A size, as a fraction if the radii are fractions.
  private func size(_ size: Double?) -> String {
    guard let size else { return "> \(plan.radii.last ?? "")" }
    let isFraction = plan.radii.allSatisfy { $0.hasSuffix("/255") }
    return isFraction ? String(format: "%.2f/255", 255 * size) : String(format: "%.4g", size)
  }
}
