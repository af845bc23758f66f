import Foundation
import HoldfastErrors
import HoldfastFormats
public import HoldfastRecords
import HoldfastRuns

/// A finished run as its folder records it: the plan, the sessions, what was found, and what only
/// the single samples know.
public struct RecordedRun: Sendable {
  /// The folder.
  public let folder: String
  /// The record of the run.
  public let record: RunRecord
  /// The summary of the results.
  public let summary: SummaryRecord
  /// The results of each class, in the order of the labels; empty for an audit of retrieval.
  let classes: [ClassTally]
  /// A few samples to be looked at; nil when none were kept.
  let gallery: RecordedGallery?

  /// What results depend on.
  public var plan: PlanRecord { record.plan }

  /// Reads the run in `folder`: `run.json`, `summary.json`, every `samples*.jsonl`, and its example
  /// gallery.
  ///
  /// - Throws: `FormatError` when a file is missing, is not of a run, or contradicts another
  ///   one: a run that was stopped has a summary of fewer samples.
  public init(at folder: String) throws {
    self.folder = folder
    let run = try StoredRun(at: folder)
    record = run.record
    guard let summary = try run.summary() else {
      throw FormatError("is missing", in: "\(folder)/summary.json", hint: Self.unfinished)
    }
    self.summary = summary
    let (tallies, count) = try Self.tally(run)
    guard count == summary.samples,
      record.plan.retrieval != nil || tallies.agree(with: summary)
    else {
      throw FormatError(
        "has a summary of \(counted(summary.samples, "sample")) beside records of \(count)",
        in: folder,
        hint: Self.unfinished)
    }
    classes = record.plan.retrieval == nil ? tallies : []
    gallery = try RecordedGallery(of: folder, radii: record.plan.radii)
  }

  private static let unfinished = "run the same audit again: it continues"

  /// Sums up all samples by their classes; those of retrieval have none.
  private static func tally(_ run: StoredRun) throws -> (classes: [ClassTally], count: Int) {
    let plan = run.plan
    var tallies = plan.classes.indices.map { ClassTally(label: $0, radii: plan.radii.count) }
    var count = 0
    try run.visit { sample in
      count += 1
      guard plan.retrieval == nil else { return }
      guard tallies.indices.contains(sample.label) else {
        throw FormatError(
          "has the label \(sample.label), and the run has \(counted(tallies.count, "class", "classes"))",
          in: sample.id,
          hint: "make the report with the version that made the run")
      }
      tallies[sample.label].add(sample, plan)
    }
    return (tallies, count)
  }
}

/// The results of one class.
struct ClassTally: Hashable, Sendable {
  /// The label of the class.
  let label: Int
  /// The number of its samples.
  private(set) var total = 0
  /// Those that are right when clean.
  private(set) var clean = 0
  /// Those that are right under every protocol, per radius.
  private(set) var robust: [Int]

  init(label: Int, radii: Int) {
    self.label = label
    robust = [Int](repeating: 0, count: radii)
  }

  /// Adds a sample, by the worst case over the protocols.
  mutating func add(_ sample: SampleRecord, _ plan: PlanRecord) {
    total += 1
    clean += sample.clean.correct ? 1 : 0
    for (place, stands) in sample.worstCase(of: plan).enumerated() where stands {
      robust[place] += 1
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
