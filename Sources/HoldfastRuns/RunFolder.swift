import Foundation
import HoldfastFormats
public import HoldfastRecords

/// What a run recorded about the input of a finished sample.
public struct RecordedInput: Hashable, Sendable {
  /// SHA-256 of the input's float32 bytes.
  public let input: String
  /// SHA-256 of the file that it was made of; nil when it was generated, or an earlier version wrote the
  /// line.
  public let file: String?

  /// Creates what a line records of an input.
  public init(input: String, file: String?) {
    self.input = input
    self.file = file
  }
}

/// A run on disk that is written: `run.json`, `samples.jsonl` or a file per process, `summary.json`.
///
/// A run resumes by default: what is finished is read back and not done again, whichever process did
/// it. It is refused when anything differs that the results depend on, while a process that is not of the
/// same job writes to it, and when a file in it is a symbolic link or holds lines of another run. Nothing
/// in the folder is changed before all of this is known.
public final class RunFolder {
  /// The folder.
  public let path: String
  /// What the results depend on.
  public let plan: PlanRecord
  /// The part that this process does.
  public let shard: Shard
  /// The ids of the samples that are finished.
  public private(set) var finished: Set<String>
  /// What is known about the inputs of the samples that were finished when the folder was opened, by id.
  public let inputs: [String: RecordedInput]
  /// The sum of the first samples of this process's part, up to the first that is missing.
  public private(set) var prefix: PrefixTally
  /// The sum of all that is finished, as far as this process knows.
  private var tally: Tally
  /// The samples that this session has added.
  public private(set) var added = 0
  /// What `run.json` says.
  private var record: RunRecord
  private let lock: FileLock
  private let writer: JSONLinesWriter

  /// Opens the folder for `plan`, making it if it is missing.
  ///
  /// - Throws: ``RunError`` when the folder holds a run of another plan, or something else; `FormatError`
  ///   for damaged files, links, lines of another run, and when another process writes to the run.
  public convenience init(at path: String, plan: PlanRecord, session: SessionRecord) throws {
    try self.init(at: path, plan: plan, sessions: [session])
  }

  /// Opens the folder for `plan`, making it if it is missing, for one process of a job.
  ///
  /// - Parameters:
  ///   - sessions: what is added to `run.json`: by the first process for all, by others nothing.
  ///   - shard: the part that this process does.
  public init(
    at path: String, plan: PlanRecord, sessions: [SessionRecord], shard: Shard = .whole
  ) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunError(
        "the run folder `\(path)` cannot be made",
        hint: "check the path, its permissions and the space on the disk")
    }
    // What is there is judged before the folder is touched, and again under the lock.
    try RunFiles.checkHoldsNoLinks(path)
    _ = try Self.record(at: path, for: plan)
    lock = try Self.lock(path, shard)
    try RunFiles.checkHoldsNoLinks(path)
    var record = try Self.record(at: path, for: plan)
    var inputs: [String: RecordedInput] = [:]
    var (tally, prefix) = (Tally(plan), PrefixTally(plan, of: shard))
    try RunFiles.visit(path, record) { sample in
      inputs[sample.id] = RecordedInput(input: sample.input, file: sample.file)
      tally.add(sample)
      prefix.add(sample)
    }
    // All lines are this run's, so a torn one at the end may be cut off.
    writer = try JSONLinesWriter(appendingTo: "\(path)/\(shard.file)", durability: .system)
    if !sessions.isEmpty || record.sessions.isEmpty {
      record.sessions += sessions
      try Self.write(record, "\(path)/run.json")
    }
    self.path = path
    self.plan = plan
    self.shard = shard
    self.record = record
    self.inputs = inputs
    self.tally = tally
    self.prefix = prefix
    finished = Set(inputs.keys)
  }

  /// The finished samples of some ids.
  public func records(of ids: Set<String>) throws -> [String: SampleRecord] {
    var records: [String: SampleRecord] = [:]
    try RunFiles.visit(path, record) { if ids.contains($0.id) { records[$0.id] = $0 } }
    return records
  }

  /// Appends the line of a finished sample.
  public func append(_ sample: SampleRecord) throws {
    guard finished.insert(sample.id).inserted else {
      throw FormatError(
        "occurs twice in the data set", in: sample.id, hint: "ids of samples must be unique")
    }
    var line = sample
    line.run = record.digest
    try writer.append(line: Array(try RecordCoding.lineEncoder().encode(line)))
    tally.add(sample)
    prefix.add(sample)
    added += 1
  }

  /// The samples whose files any session found damaged, and that are not finished.
  public var skipped: [SkippedRecord] {
    (record.skipped ?? []).filter { !finished.contains($0.id) }
  }

  /// Remembers samples whose files are damaged, so that later sessions count them too.
  public func remember(_ damaged: [SkippedRecord]) throws {
    let known = Set((record.skipped ?? []).map(\.id))
    let new = damaged.filter { !known.contains($0.id) }
    guard !new.isEmpty else { return }
    record.skipped = (record.skipped ?? []) + new
    try Self.write(record, "\(path)/run.json")
  }

  /// Asks the disk to keep what was appended.
  public func synchronize() throws { try writer.synchronize() }

  /// Writes `summary.json`, and returns what it says: of all shards, if there are several.
  ///
  /// - Parameters:
  ///   - checks: the masking checklist.
  ///   - complete: adds what takes all records together, which are read back for it.
  public func finish(
    checks: [CheckRecord]? = nil,
    _ complete: ((inout SummaryRecord, [SampleRecord]) throws -> Void)? = nil
  ) throws -> SummaryRecord {
    try writer.synchronize()
    if !shard.isWhole {
      tally = Tally(plan)
      try RunFiles.visit(path, record) {
        finished.insert($0.id)
        tally.add($0)
      }
    }
    var summary = tally.summary()
    summary.skipped = skipped.isEmpty ? nil : skipped
    if let checks { summary.add(checks: checks) }
    if let complete {
      var records: [SampleRecord] = []
      try RunFiles.visit(path, record) { records.append($0) }
      // Sums must not depend on who finished first.
      records.sort { $0.id < $1.id }
      try complete(&summary, records)
    }
    try Self.write(summary, "\(path)/summary.json")
    return summary
  }

  // MARK: Who may write

  /// A process by itself takes the run for itself, those of a job share it.
  ///
  /// The first process of a job throws if others write to shards that no process of this job can
  /// own.
  private static func lock(_ path: String, _ shard: Shard) throws -> FileLock {
    let kind: FileLock.Kind = shard.isWhole ? .exclusive : .shared
    guard let lock = try FileLock.take(kind, of: "\(path)/lock") else { throw isTaken(path) }
    guard !shard.isWhole, shard.rank == 0 else { return lock }
    let own = Set((0..<shard.processes).map { Shard(rank: $0, of: shard.processes).file })
    for file in RunFiles.shards(in: path)
    where !own.contains(PathParts.name(of: file)) && FileLock.isTaken(file) {
      throw isTaken(path)
    }
    return lock
  }

  private static func isTaken(_ path: String) -> FormatError {
    FormatError(
      "is being written by another process", in: path,
      hint: "wait for it, or give this run another folder with --output")
  }

  // MARK: run.json

  /// The record of the run that is resumed, or a new one.
  private static func record(at path: String, for plan: PlanRecord) throws -> RunRecord {
    guard let before = try RunFiles.record(in: path) else {
      guard RunFiles.shards(in: path).allSatisfy({ size(of: $0) == 0 }) else {
        throw RunError(
          "`\(path)` holds samples of a run, but no run.json that says which",
          hint: "give this run another folder with --output")
      }
      let digest = Checksum.sha256(of: Array(try RecordCoding.lineEncoder().encode(plan)))
      return RunRecord(plan: plan, sessions: [], digest: String(digest.prefix(16)))
    }
    let differences = plan.differences(from: before.plan).map(\.rawValue)
    guard differences.isEmpty else {
      throw RunError(
        "`\(path)` holds a run that differs in \(differences.joined(separator: ", "))",
        hint: "give this run another folder with --output")
    }
    return before
  }

  /// The bytes in a file; 0 if there is none.
  private static func size(of file: String) -> Int {
    let facts = try? FileManager.default.attributesOfItem(atPath: file)
    return (facts?[.size] as? NSNumber)?.intValue ?? 0
  }

  private static func write(_ record: some Encodable, _ file: String) throws {
    let json = try RecordCoding.documentEncoder().encode(record)
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: file)
  }
}
