import Foundation
import HoldfastAttacks
import HoldfastCore
public import HoldfastData
import HoldfastErrors
import HoldfastFormats
public import HoldfastRecords

/// Runs the masking checklist on the first samples of an audit, and keeps it in the run folder.
///
/// Finished work is not run again: neither a check nor, within a check, the answer for a sample.
public struct CheckRunner {
  /// The file in the run folder.
  public static let file = "checks.json"

  let task: any AuditTask
  let settings: CheckSettings

  /// Checks of the attacks of a task's plan.
  public init(_ task: any AuditTask, settings: CheckSettings = CheckSettings()) {
    self.task = task
    self.settings = settings
  }

  /// The attack that is checked; nil when the white-box protocol is not run.
  var attack: AttackRecipe? { task.checkedAttack }

  /// The lines of the checklist, (a) to (g).
  ///
  /// - Parameters:
  ///   - folder: the run folder.
  ///   - samples: gives the samples of the data set from the first on; as many as are looked at are
  ///     taken.
  ///   - records: what the audit recorded, by id.
  ///   - show: called with the check that is under way.
  /// - Throws: `FormatError` when the file in the folder is not a checklist.
  public func run(
    in folder: String, samples: () throws -> PreparedSample?,
    records: (Set<String>) throws -> [String: SampleRecord],
    show: (String) -> Void = { _ in }
  ) throws -> [CheckRecord] {
    guard let attack else { return Checklist.notRun("the white-box protocol is not run") }
    var taken: [PreparedSample] = []
    while taken.count < settings.samples, let sample = try samples() { taken.append(sample) }
    guard !taken.isEmpty else { return Checklist.notRun("there are no samples") }
    let ids = taken.map(\.id)
    let file = "\(folder)/\(Self.file)"
    var record = try Self.read(file, samples: ids, settings: settingsText)
    let bench = try CheckBench(
      task, attack: attack, samples: taken, records: records(Set(ids)), settings: settings,
      passes: record.passes, keep: { passes in try Self.write(record.with(passes), file) })
    for check in Checklist.checks
    where !record.checks.contains(where: { $0.letter == check.letter }) {
      show("check (\(check.letter)) \(check.name), on \(counted(taken.count, "sample"))")
      let finding = try check.find(bench)
      record.passes = bench.passes
      record.checks.append(
        Checklist.record(check, finding, samples: taken.count, settings))
      try Self.write(record, file)
    }
    return record.checks
  }

  private var settingsText: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(settings), as: UTF8.self)
    }
  }

  /// The checklist of a stopped run if it is about the same samples; else a new one.
  private static func read(
    _ file: String, samples: [String], settings: String
  ) throws -> ChecklistRecord {
    let fresh = ChecklistRecord(samples: samples, settings: settings)
    guard let data = FileManager.default.contents(atPath: file) else { return fresh }
    guard let record = try? RecordCoding.decoder().decode(ChecklistRecord.self, from: data),
      record.schema == RunRecord.schema,
      record.passes.allSatisfy({ $0.verdicts.count == record.samples.count })
    else {
      throw FormatError(
        "is not a checklist that this version of Holdfast writes", in: file,
        hint: "remove it, and the checks are run again")
    }
    return record.samples == samples && record.settings == settings ? record : fresh
  }

  private static func write(_ record: ChecklistRecord, _ file: String) throws {
    let json = try RecordCoding.documentEncoder().encode(record)
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: file)
  }
}

extension ChecklistRecord {
  /// The same with other passes.
  fileprivate func with(_ passes: [CheckPassRecord]) -> ChecklistRecord {
    var copy = self
    copy.passes = passes
    return copy
  }
}
