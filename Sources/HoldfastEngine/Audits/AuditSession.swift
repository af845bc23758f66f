import Foundation
import HoldfastAudit
import HoldfastData
import HoldfastErrors
import HoldfastMedia
import HoldfastRecords
import HoldfastRuns

/// From an opened run folder to its summary: what audits of classification and of retrieval share.
struct AuditSession {
  let title: String
  let data: any DataSet
  let preparation: any Preparation
  let plan: PlanRecord
  /// The run folder.
  let folder: String
  let session: SessionRecord
  /// The job that this process is part of; nil when it is alone.
  let job: RankGroup?
  /// How many samples of the whole set are audited.
  let limit: Int?
  let batchSize: Int
  /// Whether a damaged file stops the run; it always stops one of several processes,
  /// as none of them could count what all have skipped.
  let strict: Bool
  let observer: any RunObserver

  /// Finishes the run, or this process's share of it.
  ///
  /// - Parameters:
  ///   - audit: audits what its first argument gives, and hands each record to its second.
  ///   - checks: what the masking checklist says of the finished run.
  ///   - complete: adds to the summary what takes all records together.
  /// - Returns: the summary; nil on all processes of a job but the first.
  func run(
    _ audit: (() throws -> PreparedSample?, (SampleRecord) throws -> Void) throws -> Void,
    checks: (RunFolder) throws -> [CheckRecord],
    complete: ((inout SummaryRecord, [SampleRecord]) throws -> Void)? = nil
  ) throws -> SummaryRecord? {
    let run =
      try job?.open(at: folder, plan: plan, session: session)
      ?? RunFolder(at: folder, plan: plan, session: session)
    do {
      try finishSamples(of: run, audit)
      if let job, try !job.gather(run) {
        observer.say(
          "rank \(run.shard.rank) has added \(counted(run.added, "sample")) to \(folder)")
        return nil
      }
      return try run.finish(checks: try checks(run), complete)
    } catch {
      job?.fail(error)
      throw InterruptedRun(cause: error, folder: folder, finished: run.finished.count)
    }
  }

  /// Audits the unfinished samples, once the files of the finished ones are known to be unchanged.
  ///
  /// If reading the data fails, the samples taken in before are finished first. Damaged files are
  /// recorded as they are met, so that a session that is killed has counted them too.
  ///
  /// - Throws: `DataError` for a finished sample whose file has changed.
  private func finishSamples(
    of run: RunFolder,
    _ audit: (() throws -> PreparedSample?, (SampleRecord) throws -> Void) throws -> Void
  ) throws {
    let (before, preparation) = (run.inputs, preparation)
    let share = DataShare(
      of: data, rank: run.shard.rank, of: run.shard.processes, limit: limit)
    let prefetcher = Prefetcher(
      share, preparation: preparation, capacity: 2 * batchSize,
      skip: { item in
        guard let known = before[item.id] else { return false }
        try known.check(item, preparation)
        return true
      }, known: Set(run.skipped.map(\.id)), stopsAtDamage: strict || !run.shard.isWhole)
    defer { prefetcher.cancel() }
    var progress = AuditProgress(
      observer, title: run.shard.isWhole ? title : "\(title) (rank \(run.shard.rank))",
      total: total(before.count, run.shard), radii: plan.radii, before: before.count)
    defer { progress.end() }
    var failure: (any Error)?
    // The origins of the samples under way: their files, and their places in the data.
    var origins: [String: (file: String?, place: Int?)] = [:]
    var remembered = 0
    func rememberSkipped() throws {
      let skipped = prefetcher.skipped
      guard skipped.count > remembered else { return }
      try run.remember(skipped[remembered...].map(SkippedRecord.init))
      remembered = skipped.count
    }
    try audit(
      {
        do {
          let sample = try prefetcher.next()
          try rememberSkipped()
          if let sample { origins[sample.id] = (sample.file, sample.place) }
          return sample
        } catch {
          failure = error
          return nil
        }
      },
      { sample in
        var line = sample
        if let origin = origins.removeValue(forKey: sample.id) {
          (line.file, line.place) = origin
        }
        try run.append(line)
        progress.update(run.finished.count, run.prefix.tally)
      })
    try rememberSkipped()
    if let failure { throw failure }
  }

  /// The samples that will be finished as far as this process knows; nil if unknown.
  private func total(_ finished: Int, _ shard: Shard) -> Int? {
    [data.count, limit].compactMap { $0 }.min().map { all in
      finished + (max(0, all - finished) + shard.processes - 1) / shard.processes
    }
  }
}
