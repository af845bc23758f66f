import HoldfastAudit
package import HoldfastRecords

extension StoredRun {
  /// What all finished samples say; as the run itself wrote it when it has come to its end.
  package func summaryOfFinished() throws -> (summary: SummaryRecord, isFinished: Bool) {
    let tallied = try tally().summary()
    if let stored = try summary(), stored.samples == tallied.samples { return (stored, true) }
    return (tallied, false)
  }
}
