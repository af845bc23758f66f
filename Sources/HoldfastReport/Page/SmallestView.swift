import Foundation
import HoldfastRecords

/// How small a perturbation is enough, as a histogram over all samples, ready for the template
/// `smallest`.
struct SmallestView {
  struct Bar {
    let name: Shown
    let count: Int
    let width: String
    let style: String
    let label: Shown
  }

  let bars: [Bar]
  let note: Shown
  let table: TableView

  init?(_ run: RecordedRun) {
    guard let found = run.summary.smallest?.all, found.samples > 0,
      let report = SmallestReport(plan: run.plan, summary: run.summary)
    else { return nil }
    let parts =
      [("wrong without any", found.wrong, "b0")]
      + zip(run.plan.radii, found.fooled).map { ("fooled first at \($0)", $1, "b3") }
      + [("not fooled", found.standing, "b1")]
    bars = parts.map { name, count, style in
      Bar(
        name: Shown(name), count: count,
        width: String(format: "%.2f", 100 * Double(count) / Double(found.samples)), style: style,
        label: Shown("\(name): \(count) of \(found.samples)"))
    }
    note = Shown(report.note.prefix(1).uppercased() + report.note.dropFirst() + ".")
    table = TableView(report.table(), label: "Smallest perturbations, class by class")
  }
}
