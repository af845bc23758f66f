public import HoldfastFormats
public import HoldfastRecords

/// A run folder that is read: what was run, what was found so far, sample by sample.
public struct StoredRun {
  /// The folder.
  public let path: String
  /// The record of the run.
  public let record: RunRecord

  /// Reads `run.json` of the folder at `path`.
  ///
  /// - Throws: `FormatError` when there is none, or another version wrote it.
  public init(at path: String) throws(FormatError) {
    guard let record = try RunFiles.record(in: path) else {
      throw FormatError(
        "holds no run", in: path, hint: "`holdfast list runs` lists them")
    }
    self.path = path
    self.record = record
  }

  /// What the results depend on.
  public var plan: PlanRecord { record.plan }

  /// `summary.json` as the last session that came to its end wrote it; nil before that.
  public func summary() throws(FormatError) -> SummaryRecord? {
    try RunFiles.summary(in: path)
  }

  /// Reads the finished samples of all shards, each once, one in memory at a time.
  ///
  /// - Throws: `FormatError` for a line that is damaged or belongs to another run.
  public func visit(_ body: (SampleRecord) throws -> Void) throws {
    try RunFiles.visit(path, record, body)
  }

  /// How many samples are finished.
  public func count() throws -> Int {
    var count = 0
    try visit { _ in count += 1 }
    return count
  }
}
