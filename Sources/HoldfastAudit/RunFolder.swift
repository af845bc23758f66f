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
  /// The ids of the samples that earlier sessions finished.
  public let finished: Set<String>
  /// The sum of all that is finished.
  public private(set) var tally: Tally
  private let writer: JSONLinesWriter

  /// Opens the folder for `plan`, making it where it is missing.
  public init(at path: String, plan: PlanRecord, session: SessionRecord) throws {
    self.path = path
    self.plan = plan
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw UsageError(
        "the run folder `\(path)` cannot be made",
        hint: "check the path, its permissions and the space on the disk")
    }
    var record = RunRecord(plan: plan, sessions: [])
    if let before = try Self.read(RunRecord.self, "\(path)/run.json") {
      try Self.compare(plan, with: before.plan, in: path)
      record = before
    }
    record.sessions.append(session)
    writer = try JSONLinesWriter(appendingTo: "\(path)/samples.jsonl", durability: .system)
    try Self.write(record, "\(path)/run.json")

    var tally = Tally(plan)
    var finished: Set<String> = []
    let reader = try JSONLinesReader("\(path)/samples.jsonl")
    let decoder = RecordCoding.decoder()
    while let line = try reader.next() {
      let sample = try Self.decode(SampleRecord.self, Data(line), decoder, "\(path)/samples.jsonl")
      if finished.insert(sample.id).inserted { tally.add(sample) }
    }
    self.finished = finished
    self.tally = tally
  }

  /// Appends the line of a finished sample.
  public func append(_ record: SampleRecord) throws {
    try writer.append(line: Array(try RecordCoding.lineEncoder().encode(record)))
    tally.add(record)
  }

  /// Writes `summary.json`, and returns what it says.
  public func finish() throws -> SummaryRecord {
    try writer.synchronize()
    let summary = tally.summary()
    try Self.write(summary, "\(path)/summary.json")
    return summary
  }

  private static func read<Record: Decodable>(
    _ type: Record.Type, _ file: String
  ) throws -> Record? {
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    return try decode(type, data, RecordCoding.decoder(), file)
  }

  private static func decode<Record: Decodable>(
    _ type: Record.Type, _ data: Data, _ decoder: JSONDecoder, _ file: String
  ) throws -> Record {
    do {
      return try decoder.decode(type, from: data)
    } catch {
      throw UsageError(
        "`\(file)` is not what this version of Holdfast writes",
        hint: "give the run another folder with --output")
    }
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
      (plan.attackSpace != before.attackSpace, "the attacked space"),
      (plan.norm != before.norm, "the norm"),
      (plan.radii != before.radii, "the radii"),
      (plan.protocols != before.protocols, "the protocols or their attacks"),
      (plan.precision != before.precision, "the precision"),
      (plan.seed != before.seed, "the seed"),
    ].filter(\.0).map(\.1)
    guard differences.isEmpty else {
      throw UsageError(
        "`\(path)` holds a run that differs in \(differences.joined(separator: ", "))",
        hint: "give this run another folder with --output")
    }
  }
}
