import Foundation
import HoldfastFormats
import HoldfastRecords

/// Reads the files of a run folder.
///
/// None of them may be a symbolic link, and every line of a sample must belong to the run.
enum RunFiles {
  /// `run.json`; nil when there is none.
  ///
  /// - Throws: `FormatError` for a damaged file, or one of another version.
  static func record(in folder: String) throws(FormatError) -> RunRecord? {
    let file = "\(folder)/run.json"
    guard let data = try OwnFile.contents(of: file) else { return nil }
    let record = try decode(RunRecord.self, data, file)
    guard record.schema == RunRecord.schema else { throw foreign(file) }
    return record
  }

  /// `summary.json` as the last session that came to its end wrote it; nil before that.
  static func summary(in folder: String) throws(FormatError) -> SummaryRecord? {
    let file = "\(folder)/summary.json"
    guard let data = try OwnFile.contents(of: file) else { return nil }
    return try decode(SummaryRecord.self, data, file)
  }

  /// The paths of the files of samples.
  static func shards(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Shard.files(among: names).map { "\(folder)/\($0)" }
  }

  /// Reads the samples of all shards, each id once, one in memory at a time.
  ///
  /// - Throws: `FormatError` for a line that is damaged, belongs to another run, or does not say what the
  ///   plan asks for, with the file.
  static func visit(
    _ folder: String, _ run: RunRecord, _ body: (SampleRecord) throws -> Void
  ) throws {
    let decoder = RecordCoding.decoder()
    var seen: Set<String> = []
    for file in shards(in: folder) {
      let reader = try JSONLinesReader(file, followsLinks: false)
      while let line = try reader.next() {
        guard let sample = try? decoder.decode(SampleRecord.self, from: Data(line)),
          sample.answers(run.plan)
        else { throw foreign(file, line: reader.lineNumber) }
        guard sample.run == run.digest else {
          throw FormatError(
            "line \(reader.lineNumber) belongs to another run than run.json beside it", in: file,
            hint: "take the file out of the folder, or give this run another one with --output")
        }
        if seen.insert(sample.id).inserted { try body(sample) }
      }
    }
  }

  private static func decode<Record: Decodable>(
    _ type: Record.Type, _ data: Data, _ file: String
  ) throws(FormatError) -> Record {
    guard let record = try? RecordCoding.decoder().decode(type, from: data) else {
      throw foreign(file)
    }
    return record
  }

  /// The error about a file that says something else than this version writes.
  static func foreign(_ file: String, line: Int? = nil) -> FormatError {
    FormatError(
      "is not what this version of Holdfast writes" + (line.map { " (line \($0))" } ?? ""),
      in: file, hint: "use the version that made the run, or another folder with --output")
  }

  // MARK: What leads elsewhere

  /// Refuses a folder in which one of a run's own names is a symbolic link: what is written to it would
  /// go elsewhere.
  static func checkHoldsNoLinks(_ folder: String) throws(FormatError) {
    let own = ["run.json", "lock", "summary.json", "checks.json", "report.html", "artifacts"]
    for path in own.map({ "\(folder)/\($0)" }) + shards(in: folder) where OwnFile.isLink(path) {
      throw link(path)
    }
    // An enumerator names links, and does not follow them.
    let place = "\(folder)/artifacts"
    guard let names = FileManager.default.enumerator(atPath: place) else { return }
    while let name = names.nextObject() as? String {
      guard names.fileAttributes?[.type] as? FileAttributeType == .typeSymbolicLink else {
        continue
      }
      throw link("\(place)/\(name)")
    }
  }

  private static func link(_ path: String) -> FormatError {
    FormatError(
      "is a symbolic link, and a run is written to its own folder alone", in: path,
      hint: "put the file itself in its place, or give this run another folder with --output")
  }
}

extension SampleRecord {
  /// Whether the record has an entry for each protocol and radius of the plan, and no others.
  fileprivate func answers(_ plan: PlanRecord) -> Bool {
    let run = plan.attackedProtocols
    let attacks = plan.retrieval == nil ? [] : run.flatMap { $0.attacks.map(\.name) }
    return protocols.map(\.name) == run.map(\.name)
      && protocols.allSatisfy { $0.radii.map(\.radius) == plan.radii }
      && (retrieval != nil) == (plan.retrieval != nil)
      && retrieval?.attacks.map(\.attack) ?? [] == attacks
      && retrieval?.attacks.allSatisfy { $0.radii.map(\.radius) == plan.radii } ?? true
  }
}
