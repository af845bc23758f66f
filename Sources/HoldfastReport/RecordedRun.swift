import Foundation
import HoldfastFormats
public import HoldfastRecords

/// A finished run as its folder records it: the plan, the sessions, what was found, and what only
/// the single samples know.
public struct RecordedRun: Sendable {
  /// The folder.
  public let folder: String
  /// What was run.
  public let record: RunRecord
  /// What was found.
  public let summary: SummaryRecord
  /// What was found of each class, in the order of the labels; none for an audit of retrieval.
  let classes: [ClassTally]
  /// A few samples to be looked at; none where none were kept.
  let gallery: RecordedGallery?

  /// What results depend on.
  public var plan: PlanRecord { record.plan }

  /// Reads the run in `folder`: `run.json`, `summary.json`, every `samples*.jsonl`, and its gallery.
  ///
  /// - Throws: `FormatError` where a file is missing, is none of ours, or says something else than
  ///   another one: a run that was stopped has a summary of fewer samples.
  public init(at folder: String) throws {
    self.folder = folder
    record = try Self.read(RunRecord.self, "\(folder)/run.json", missing: Self.noRun)
    guard record.schema == RunRecord.schema else { throw Self.foreign("\(folder)/run.json") }
    summary = try Self.read(SummaryRecord.self, "\(folder)/summary.json", missing: Self.unfinished)
    let (tallies, count) = try Self.tally(folder, record.plan)
    guard count == summary.samples,
      record.plan.retrieval != nil || tallies.agree(with: summary)
    else {
      throw FormatError(
        "has a summary of \(summary.samples) samples beside records of \(count)", in: folder,
        hint: Self.unfinished)
    }
    classes = record.plan.retrieval == nil ? tallies : []
    gallery = try RecordedGallery(of: folder, radii: record.plan.radii)
  }

  private static let noRun = "give the folder of a run, as `holdfast audit` says at its end"
  private static let unfinished = "run the same audit again: it goes on where it was stopped"

  /// Sums up the lines of all samples, each once, one in memory at a time.
  private static func tally(
    _ folder: String, _ plan: PlanRecord
  ) throws -> (classes: [ClassTally], count: Int) {
    var tallies = plan.classes.indices.map { ClassTally(label: $0, radii: plan.radii.count) }
    var seen: Set<String> = []
    let decoder = RecordCoding.decoder()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in shards(among: names) {
      let file = "\(folder)/\(name)"
      let reader = try JSONLinesReader(file)
      while let line = try reader.next() {
        guard let sample = try? decoder.decode(SampleRecord.self, from: Data(line)) else {
          throw foreign(file)
        }
        guard seen.insert(sample.id).inserted else { continue }
        guard plan.retrieval == nil else { continue }
        guard tallies.indices.contains(sample.label),
          sample.protocols.allSatisfy({ $0.radii.map(\.radius) == plan.radii })
        else { throw foreign(file) }
        tallies[sample.label].add(sample, plan)
      }
    }
    return (tallies, seen.count)
  }

  /// The files of samples: `samples.jsonl` first, then those of several processes by their number.
  private static func shards(among names: [String]) -> [String] {
    let numbered = names.compactMap { name -> (number: Int, name: String)? in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.first == "samples", parts.last == "jsonl" else { return nil }
      switch parts.count {
      case 2: return (-1, name)
      case 3: return Int(parts[1]).map { ($0, name) }
      default: return nil
      }
    }
    return numbered.sorted { $0.number < $1.number }.map(\.name)
  }

  /// Reads a JSON file; where it is missing, `missing` says what to do.
  static func read<Record: Decodable>(
    _ type: Record.Type, _ file: String, missing: String
  ) throws(FormatError) -> Record {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw FormatError("is missing", in: file, hint: missing)
    }
    guard let record = try? RecordCoding.decoder().decode(type, from: data) else {
      throw foreign(file)
    }
    return record
  }

  static func foreign(_ file: String) -> FormatError {
    FormatError(
      "is not what this version of Holdfast writes", in: file,
      hint: "make the report with the version that made the run")
  }
}

/// What was found of the samples of one class.
struct ClassTally: Hashable, Sendable {
  /// The class.
  let label: Int
  /// Its samples.
  private(set) var total = 0
  /// Those that are right when clean.
  private(set) var clean = 0
  /// Those that are right under every protocol, per radius.
  private(set) var robust: [Int]

  init(label: Int, radii: Int) {
    self.label = label
    robust = [Int](repeating: 0, count: radii)
  }

  /// Adds a sample; with nested budgets, what fools at a radius counts at the larger ones.
  mutating func add(_ sample: SampleRecord, _ plan: PlanRecord) {
    total += 1
    guard sample.clean.correct else { return }
    clean += 1
    for place in robust.indices {
      let stands = sample.protocols.allSatisfy { $0.radii[place].robust }
      if !stands, plan.budgets != "independent" { break }
      robust[place] += stands ? 1 : 0
    }
  }
}

extension [ClassTally] {
  /// Whether the sums over all classes are those of the summary.
  fileprivate func agree(with summary: SummaryRecord) -> Bool {
    reduce(0) { $0 + $1.clean } == summary.clean.count
      && summary.worstCase.enumerated().allSatisfy { place, row in
        reduce(0) { $0 + ($1.robust.indices.contains(place) ? $1.robust[place] : 0) }
          == row.robust
      }
  }
}
