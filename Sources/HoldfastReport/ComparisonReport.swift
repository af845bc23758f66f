import Foundation
import HoldfastErrors
public import HoldfastRecords

/// The comparison of two runs on the same samples, as tables and sentences.
public struct ComparisonReport: Report {
  private let record: ComparisonRecord

  /// A report on a comparison.
  public init(_ record: ComparisonRecord) {
    self.record = record
  }

  /// Which runs, and on how many samples: one line.
  public var heading: String {
    (record.unfinished.isEmpty ? "" : "UNFINISHED: ")
      + "A \(record.runs[0]) and B \(record.runs[1]): "
      + "\(counted(record.paired, "sample")) that both have finished"
  }

  /// Accuracy in both runs, the difference with its interval, and McNemar's p value, per protocol and
  /// radius.
  public func table() -> Table {
    var table = Table(
      texts: ["protocol", "epsilon"],
      numbers: ["A", "B", "B - A in points", "right in A alone", "right in B alone", "p"])
    for row in record.rows {
      table.add([
        row.name, row.radius ?? "", percent(row.first.value), percent(row.second.value),
        String(
          format: "%+.1f [%+.1f, %+.1f]", 100 * row.difference, 100 * row.interval[0],
          100 * row.interval[1]), "\(row.onlyFirst)", "\(row.onlySecond)", pValueText(row),
      ])
    }
    return table
  }

  /// One line per protocol and radius with all figures as numbers, for programs.
  public func figures() -> Table {
    var table = Table(
      texts: ["protocol", "epsilon"],
      numbers: [
        "first", "second", "difference", "low", "high", "only_first", "only_second", "pairs", "p",
      ])
    for row in record.rows {
      table.add([
        row.name, row.radius ?? "0", "\(row.first.value)", "\(row.second.value)",
        "\(row.difference)", "\(row.interval[0])", "\(row.interval[1])", "\(row.onlyFirst)",
        "\(row.onlySecond)", "\(row.first.total)", "\(row.p)",
      ])
    }
    return table
  }

  /// Notes to the table.
  public var notes: [String] {
    var notes = [
      record.differences.isEmpty
        ? "the two runs do not differ in anything that is recorded"
        : "the runs differ in \(record.differences.joined(separator: ", "))",
      "p: McNemar's exact test, two-sided; one comparison per row, so of 20 rows one is below 0.05 "
        + "by chance",
      "intervals: 95 %, percentiles of the paired bootstrap; they have no width if no pair differs",
    ]
    for (name, run) in zip(["A", "B"], record.runs) where record.unfinished.contains(run) {
      notes.append(
        "\(name) is not finished: its first samples are compared, up to the first that is missing")
    }
    for (name, count) in zip(["A", "B"], record.unpaired) where count > 0 {
      notes.append("left out: \(counted(count, "sample")) that only \(name) has finished")
    }
    return notes
  }

  private func pValueText(_ row: ComparisonRowRecord) -> String {
    row.p < 0.001 ? "< 0.001" : String(format: "%.3f", row.p)
  }
}
