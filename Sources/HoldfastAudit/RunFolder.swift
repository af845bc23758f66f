import Foundation
import HoldfastCore
import HoldfastFormats
public import HoldfastRecords

/// A run on disk: `run.json`, `samples.jsonl`, `summary.json`.
///
/// A run resumes by default: what is finished is read back and not done again. It is refused where
/// anything differs that the results depend on.
public final class RunFolder {
  /// The folder.
  public let path: String
  /// What the results depend on.
  public let plan: PlanRecord
  /// The ids of the samples that are finished.
  public private(set) var finished: Set<String> = []
  /// The sum of all that is finished.
  public private(set) var tally: Tally
  private let writer: JSONLinesWriter

  /// Opens the folder for `plan`, making it where it is missing.
  ///
  /// - Throws: `UsageError` where the folder holds a run of another plan, or something else;
  ///   `FormatError` for damaged files, and where another process writes to the run.
  public init(at path: String, plan: PlanRecord, session: SessionRecord) throws {
    self.path = path
    self.plan = plan
    tally = Tally(plan)
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw UsageError(
        "the run folder `\(path)` cannot be made",
        hint: "check the path, its permissions and the space on the disk")
    }
    // What is there is judged before the folder is touched, and again under the lock.
    _ = try Self.record(at: path, for: plan)
    writer = try JSONLinesWriter(appendingTo: "\(path)/samples.jsonl", durability: .system)
    var record = try Self.record(at: path, for: plan)
    record.sessions.append(session)
    try Self.write(record, "\(path)/run.json")
    try visit { sample in
      if finished.insert(sample.id).inserted { tally.add(sample) }
    }
  }

  /// Reads the lines of finished samples, one in memory at a time.
  private func visit(_ body: (SampleRecord) throws -> Void) throws {
    let file = "\(path)/samples.jsonl"
    let reader = try JSONLinesReader(file)
    let decoder = RecordCoding.decoder()
    while let line = try reader.next() {
      let sample = try Self.decode(SampleRecord.self, Data(line), decoder, file)
      guard sample.answers(plan) else { throw Self.foreign(file) }
      try body(sample)
    }
  }

  /// The finished samples, each once.
  private func records() throws -> [SampleRecord] {
    var (seen, records): (Set<String>, [SampleRecord]) = ([], [])
    try visit { if seen.insert($0.id).inserted { records.append($0) } }
    return records
  }

  /// The finished samples of some ids.
  public func records(of ids: Set<String>) throws -> [String: SampleRecord] {
    var records: [String: SampleRecord] = [:]
    try visit { if ids.contains($0.id) { records[$0.id] = $0 } }
    return records
  }

  /// Appends the line of a finished sample.
  public func append(_ record: SampleRecord) throws {
    guard finished.insert(record.id).inserted else {
      throw FormatError(
        "comes twice in the data set", in: record.id, hint: "ids of samples must be unique")
    }
    try writer.append(line: Array(try RecordCoding.lineEncoder().encode(record)))
    tally.add(record)
  }

  /// Writes `summary.json`, and returns what it says.
  ///
  /// - Parameters:
  ///   - checks: the masking checklist.
  ///   - skipped: the files that could not be decoded.
  ///   - complete: adds what takes all records together, which are read back for it.
  public func finish(
    checks: [CheckRecord]? = nil, skipped: [SkippedRecord] = [],
    _ complete: ((inout SummaryRecord, [SampleRecord]) throws -> Void)? = nil
  ) throws -> SummaryRecord {
    try writer.synchronize()
    var summary = tally.summary()
    if let checks { summary.add(checks: checks) }
    summary.skipped = skipped.isEmpty ? nil : skipped
    try complete?(&summary, try records())
    try Self.write(summary, "\(path)/summary.json")
    return summary
  }

  /// The record of the run that is resumed, or a new one.
  private static func record(at path: String, for plan: PlanRecord) throws -> RunRecord {
    let file = "\(path)/run.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      guard size(of: "\(path)/samples.jsonl") == 0 else {
        throw UsageError(
          "`\(path)` holds samples of a run, but no run.json that says which",
          hint: "give this run another folder with --output")
      }
      return RunRecord(plan: plan, sessions: [])
    }
    let before = try decode(RunRecord.self, data, RecordCoding.decoder(), file)
    guard before.schema == RunRecord.schema else { throw foreign(file) }
    try compare(plan, with: before.plan, in: path)
    return before
  }

  /// The bytes in a file; 0 where there is none.
  private static func size(of file: String) -> Int {
    let facts = try? FileManager.default.attributesOfItem(atPath: file)
    return (facts?[.size] as? NSNumber)?.intValue ?? 0
  }

  private static func decode<Record: Decodable>(
    _ type: Record.Type, _ data: Data, _ decoder: JSONDecoder, _ file: String
  ) throws -> Record {
    do {
      return try decoder.decode(type, from: data)
    } catch {
      throw foreign(file)
    }
  }

  private static func foreign(_ file: String) -> FormatError {
    FormatError(
      "is not what this version of Holdfast writes", in: file,
      hint: "give the run another folder with --output")
  }

  private static func write(_ record: some Encodable, _ file: String) throws {
    let json = try RecordCoding.documentEncoder().encode(record)
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: file)
  }

  /// Refuses a plan that differs, naming what does.
  private static func compare(
    _ plan: PlanRecord, with before: PlanRecord, in path: String
  ) throws(UsageError) {
    let differences = [
      (plan.holdfast != before.holdfast, "the version of Holdfast"),
      (plan.model != before.model, "the model"),
      (plan.transferModel != before.transferModel, "the model of the transfer protocol"),
      (plan.data != before.data, "the data or its preprocessing"),
      (plan.classes != before.classes, "the class names"),
      (plan.templates != before.templates, "the prompt templates"),
      (plan.anchors != before.anchors, "the anchors of the classes"),
      (plan.attackSpace != before.attackSpace, "the attacked space"),
      (plan.norm != before.norm, "the norm"),
      (plan.radii != before.radii, "the radii"),
      (plan.protocols != before.protocols, "the protocols or their attacks"),
      (plan.precision != before.precision, "the precision"),
      (plan.seed != before.seed, "the seed"),
      (plan.preset != before.preset, "the preset"),
      (plan.retrieval != before.retrieval, "the attacked side or the gallery"),
    ].filter(\.0).map(\.1)
    guard differences.isEmpty else {
      throw UsageError(
        "`\(path)` holds a run that differs in \(differences.joined(separator: ", "))",
        hint: "give this run another folder with --output")
    }
  }
}

extension SampleRecord {
  /// Whether the record has an entry for each protocol and radius of the plan, and no others.
  fileprivate func answers(_ plan: PlanRecord) -> Bool {
    let run = plan.protocols.filter { $0.omitted == nil && $0.name != AuditProtocol.clean.rawValue }
    return protocols.map(\.name) == run.map(\.name)
      && protocols.allSatisfy { $0.radii.map(\.radius) == plan.radii }
      && (retrieval != nil) == (plan.retrieval != nil)
      && retrieval?.attacks.map(\.attack) ?? [] == attacks(of: run, plan)
      && retrieval?.attacks.allSatisfy { $0.radii.map(\.radius) == plan.radii } ?? true
  }

  private func attacks(of run: [ProtocolRecord], _ plan: PlanRecord) -> [String] {
    plan.retrieval == nil ? [] : run.flatMap { $0.attacks.map(\.name) }
  }
}
