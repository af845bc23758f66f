import Foundation
import HoldfastAudit
import HoldfastRecords
package import HoldfastReport
import HoldfastRuns

/// The runs below a folder.
package enum RunList {
  /// A row per run, in order of their paths.
  package static func table(below folder: String) throws -> Table {
    var table = Table(
      texts: ["run", "model", "data", "begun", "state"],
      numbers: ["samples", "clean", "worst case"])
    for path in folders(below: folder, depth: 3) {
      guard let run = try? StoredRun(at: path), let found = try? run.findings() else {
        table.add([path, "", "", "", "cannot be read"])
        continue
      }
      // Figures of an unfinished run are for `show`, which says what they are of.
      let summary = found.state == .finished ? found.summary : nil
      let worst = (summary?.worstCase ?? []).map {
        "\($0.radius): \(String(format: "%.1f %%", 100 * $0.robustAccuracy))"
      }
      table.add([
        path, name(run.plan.model.path), name(run.plan.data.path),
        run.record.sessions.first?.began ?? "", found.state.rawValue, "\(found.finished)",
        summary.map { String(format: "%.1f %%", 100 * $0.clean.value) } ?? "",
        worst.joined(separator: ", "),
      ])
    }
    return table
  }

  private static func name(_ path: String) -> String { (path as NSString).lastPathComponent }

  /// The folders that hold a run, at most so deep.
  private static func folders(below folder: String, depth: Int) -> [String] {
    let files = FileManager.default
    if files.fileExists(atPath: "\(folder)/run.json") { return [folder] }
    guard depth > 0, let names = try? files.contentsOfDirectory(atPath: folder) else { return [] }
    return names.filter { !$0.hasPrefix(".") }.sorted().flatMap {
      folders(below: "\(folder)/\($0)", depth: depth - 1)
    }
  }
}
