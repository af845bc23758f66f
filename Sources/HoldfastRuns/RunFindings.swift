public import HoldfastRecords

/// Whether a run has come to its end.
public enum RunState: String, Codable, Hashable, Sendable {
  /// Its summary is that of all its samples.
  case finished
  /// Samples are missing, or were added after the summary.
  case unfinished
}

/// What can be said about a run, finished or not.
public struct RunFindings: Sendable {
  /// Whether the run has come to its end.
  public let state: RunState
  /// The samples that are finished.
  public let finished: Int
  /// The summary.
  ///
  /// For an unfinished run it covers the first samples of the data, up to the first that is
  /// missing, because samples that are fooled early also finish early. Nil when there are none, or
  /// the order of the data is not recorded.
  public let summary: SummaryRecord?
}

extension StoredRun {
  /// What the finished samples say.
  ///
  /// - Throws: `FormatError` for a damaged file.
  public func findings() throws -> RunFindings {
    var (count, prefix) = (0, PrefixTally(plan))
    try visit { sample in
      count += 1
      prefix.add(sample)
    }
    if let summary = try summary(), summary.samples == count {
      return RunFindings(state: .finished, finished: count, summary: summary)
    }
    return RunFindings(state: .unfinished, finished: count, summary: prefix.tally?.summary())
  }
}
