import Foundation
import HoldfastAttacks
import HoldfastCore
public import HoldfastData
import HoldfastFormats
public import HoldfastRecords

/// Runs the masking checklist on the first samples of an audit, and keeps it in the run folder.
///
/// What is finished is not run again: neither a line of the checklist nor, within one, a sample that
/// has answered.
public struct CheckRunner {
  /// The file in the run folder.
  public static let file = "checks.json"

  let plan: AuditPlan
  let settings: CheckSettings

  /// Checks of the attacks of `plan`.
  public init(_ plan: AuditPlan, settings: CheckSettings = CheckSettings()) {
    self.plan = plan
    self.settings = settings
  }

  /// The attack that is checked: the first of the white-box protocol that follows a gradient inside
  /// the ball, else Auto-PGD on cross-entropy; none where the protocol is not run.
  var attack: AttackRecipe? {
    guard let attacks = plan.attacks[.whiteBox], !attacks.isEmpty else { return nil }
    let named = attacks.first {
      !$0.isScreen && !$0.needsGoal && $0.attack.reach == .ball && $0.attack.followsGradient
    }
    let usual: any Attack = plan.norm == .l1 ? SparseAPGD() : APGD()
    return named ?? AttackRecipe(name: "apgd-ce", attack: usual, objective: CrossEntropy())
  }

  /// The lines of the checklist, (a) to (g).
  ///
  /// - Parameters:
  ///   - folder: the run folder.
  ///   - samples: gives the samples of the data set from the first on; as many as are looked at are
  ///     taken.
  ///   - records: what the audit recorded, by id.
  ///   - show: is told which check is under way.
  /// - Throws: `FormatError` for a file in the folder that is no checklist.
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
    var record = try Self.read(file, samples: ids, settings: spelled)
    let bench = try CheckBench(
      plan, attack: attack, samples: taken, records: records(Set(ids)), settings: settings,
      passes: record.passes, keep: { passes in try Self.write(record.with(passes), file) })
    for check in Checklist.checks
    where !record.checks.contains(where: { $0.letter == check.letter }) {
      show("check (\(check.letter)) \(check.name), on \(taken.count) samples")
      let finding = try check.find(bench)
      record.passes = bench.passes
      record.checks.append(
        Checklist.record(check, finding, samples: taken.count, settings))
      try Self.write(record, file)
    }
    return record.checks
  }

  private var spelled: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(settings), as: UTF8.self)
    }
  }

  /// The checklist of a run that was stopped, where it is one of the same samples; else a new one.
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
        "is no checklist that this version of Holdfast writes", in: file,
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
