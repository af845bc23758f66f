import Foundation
import HoldfastCore
import HoldfastFormats
package import HoldfastReport

/// The page that an audit leaves in its run folder.
package enum RunReport {
  /// The path of the report in a run folder.
  package static func file(of run: String) -> String { "\(run)/report.html" }

  /// Writes the page about a run into its folder.
  static func write(for run: String) throws {
    try write([RecordedRun(at: run)], to: file(of: run))
  }

  /// Writes a page about the runs of one audit into the folder that holds theirs.
  static func write(_ runs: [String], of folder: String) throws {
    try write(runs.map { try RecordedRun(at: $0) }, to: file(of: folder))
  }

  /// Writes a page about runs.
  package static func write(_ runs: [RecordedRun], to file: String) throws {
    try AtomicFile.write(HTMLReport(runs).html(), to: file)
  }
}
