import Foundation
import HoldfastCore
import HoldfastDefenses
public import HoldfastReport
import HoldfastTraining

extension Engine {
  /// Makes every hardening of a sweep, or what is left of it.
  ///
  /// Each has a folder of its own below that of the sweep. One that is finished trains nothing more.
  ///
  /// - Returns: a table with the values of each, how its states did on validation samples, and its folder.
  public func sweep(_ request: SweepRequest) throws -> Table {
    let points = try request.points()
    var rows: [(values: [String], counts: [Examination.Count], folder: String)] = []
    for (number, point) in points.enumerated() {
      let values = zip(request.axes, point.values).map { "\($0.option)=\($1)" }
      observer.say("\(number + 1)/\(points.count): \(values.joined(separator: ", "))")
      let outcomes = try hardened(point.request).outcomes
      for (modality, outcome) in outcomes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        let place = outcomes.count > 1 ? " (\(modality.rawValue))" : ""
        rows.append(
          (point.values, outcome.examination?.counts ?? [], point.request.output + place))
      }
      if outcomes.isEmpty { rows.append((point.values, [], point.request.output)) }
    }
    var names: [String] = []
    for row in rows { names += row.counts.map(\.name).filter { !names.contains($0) } }
    var table = Table(texts: request.axes.map(\.option) + ["folder"], numbers: names)
    for row in rows {
      let shares = names.map { name in
        row.counts.first { $0.name == name }.map { String(format: "%.1f %%", 100 * $0.value) } ?? ""
      }
      table.add(row.values + [row.folder] + shares)
    }
    return table
  }
}
