import Foundation
import HoldfastFormats
public import HoldfastRecords

/// A run folder that is read: what was run, what was found so far, sample by sample.
public struct StoredRun {
  /// The folder.
  public let path: String
  /// What was run.
  public let record: RunRecord

  /// Reads `run.json` of the folder at `path`.
  ///
  /// - Throws: `FormatError` where there is none, or another version wrote it.
  public init(at path: String) throws {
    guard let record = try Self.record(at: path) else {
      throw FormatError(
        "holds no run", in: path, hint: "`holdfast list runs` says which there are")
    }
    self.path = path
    self.record = record
  }

  /// What the results depend on.
  public var plan: PlanRecord { record.plan }

  /// `summary.json` as the last session that came to its end wrote it; nil before that.
  public func summary() throws -> SummaryRecord? {
    let file = "\(path)/summary.json"
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    return try Self.decode(SummaryRecord.self, data, RecordCoding.decoder(), file)
  }

  /// What all finished samples together say, whether or not the run has come to its end.
  public func tally() throws -> Tally {
    var tally = Tally(plan)
    try visit { tally.add($0) }
    return tally
  }

  /// Reads the finished samples of all shards, each once, one in memory at a time.
  public func visit(_ body: (SampleRecord) throws -> Void) throws {
    try Self.visit(path, plan, body)
  }

  // MARK: Files

  /// The record of the run in a folder; nil where there is no `run.json`.
  static func record(at path: String) throws -> RunRecord? {
    let file = "\(path)/run.json"
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let record = try decode(RunRecord.self, data, RecordCoding.decoder(), file)
    guard record.schema == RunRecord.schema else { throw foreign(file) }
    return record
  }

  /// The paths of the files of samples in a folder.
  static func shards(at path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return Shard.files(among: names).map { "\(path)/\($0)" }
  }

  /// Reads the samples in a folder, each id once, which must answer `plan`.
  static func visit(
    _ path: String, _ plan: PlanRecord, _ body: (SampleRecord) throws -> Void
  ) throws {
    let decoder = RecordCoding.decoder()
    var seen: Set<String> = []
    for file in shards(at: path) {
      let reader = try JSONLinesReader(file)
      while let line = try reader.next() {
        let sample = try decode(SampleRecord.self, Data(line), decoder, file)
        guard sample.answers(plan) else { throw foreign(file) }
        if seen.insert(sample.id).inserted { try body(sample) }
      }
    }
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
