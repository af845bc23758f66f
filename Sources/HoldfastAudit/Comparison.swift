import HoldfastCore
public import HoldfastRecords

/// Compares two runs on the same samples, pair by pair.
public enum Comparison {
  /// What both found.
  ///
  /// - Throws: `UsageError` for runs of different data, threat or task; `FormatError` for damaged ones.
  public static func record(_ first: StoredRun, _ second: StoredRun) throws -> ComparisonRecord {
    try check(first, second)
    let (a, b) = (try verdicts(first), try verdicts(second))
    let shared = a.keys.filter { b[$0] != nil }.sorted()
    guard !shared.isEmpty else {
      throw UsageError(
        "the runs have no finished sample in common",
        hint: "let both run on the same first samples")
    }
    for id in shared where a[id]?.label != b[id]?.label {
      throw UsageError(
        "the runs are of different data: `\(id)` has another label", hint: remedy)
    }
    let pairs = shared.compactMap { id in a[id].flatMap { one in b[id].map { (one, $0) } } }
    var rows = [row("clean", nil, pairs.map { ($0.clean, $1.clean) })]
    for name in first.plan.measured where second.plan.measured.contains(name) {
      for (index, radius) in first.plan.radii.enumerated() {
        guard let place = second.plan.place(of: radius) else { continue }
        rows.append(
          row(
            name, radius,
            pairs.compactMap { one, other in
              one.robust[name].flatMap { a in other.robust[name].map { (a[index], $0[place]) } }
            }))
      }
    }
    return ComparisonRecord(
      runs: [first.path, second.path], paired: shared.count,
      unpaired: [a.count - shared.count, b.count - shared.count],
      differences: first.plan.differences(from: second.plan).map(\.rawValue), rows: rows)
  }

  private static let remedy = "compare runs on the same files with the same labels"

  /// Refuses runs whose samples or figures do not mean the same.
  private static func check(_ first: StoredRun, _ second: StoredRun) throws(UsageError) {
    let (a, b) = (first.plan, second.plan)
    let isSameData =
      a.data.listing != nil && b.data.listing != nil
      ? a.data.listing == b.data.listing && a.data.layout == b.data.layout
      : a.data.path == b.data.path && a.data.layout == b.data.layout
    guard isSameData else {
      throw UsageError(
        "the runs are of different data: `\(a.data.path)` and `\(b.data.path)`", hint: remedy)
    }
    for (what, differs) in [
      ("sense", a.attackSpace.sense != b.attackSpace.sense), ("norm", a.norm != b.norm),
      ("unit of epsilon", a.attackSpace.unit != b.attackSpace.unit),
      ("place that is attacked", a.attackSpace.place != b.attackSpace.place),
      ("task", (a.retrieval == nil) != (b.retrieval == nil)),
      ("gallery", a.retrieval != nil && a.retrieval != b.retrieval),
    ] where differs {
      throw UsageError(
        "the runs differ in the \(what), so their figures do not mean the same",
        hint: "compare runs of one threat model")
    }
  }

  /// What one run says about one sample.
  private struct Verdicts {
    let label: Int
    let clean: Bool
    let robust: [String: [Bool]]
  }

  private static func verdicts(_ run: StoredRun) throws -> [String: Verdicts] {
    var all: [String: Verdicts] = [:]
    try run.visit { sample in
      var robust = Dictionary(
        sample.protocols.map { entry in
          (entry.name, entry.radii.map { sample.clean.correct && $0.robust })
        }, uniquingKeysWith: { first, _ in first })
      robust[PlanRecord.worst] = sample.worstCase(of: run.plan)
      all[sample.id] = Verdicts(label: sample.label, clean: sample.clean.correct, robust: robust)
    }
    return all
  }

  private static func row(
    _ name: String, _ radius: String?, _ pairs: [(Bool, Bool)]
  ) -> ComparisonRowRecord {
    let onlyFirst = pairs.count { $0 && !$1 }
    let onlySecond = pairs.count { !$0 && $1 }
    return ComparisonRowRecord(
      name: name, radius: radius, first: .wilson(pairs.count { $0.0 }, of: pairs.count),
      second: .wilson(pairs.count { $0.1 }, of: pairs.count), onlyFirst: onlyFirst,
      onlySecond: onlySecond,
      difference: Double(onlySecond - onlyFirst) / Double(max(1, pairs.count)),
      interval: PairedBootstrap.interval(
        onlyFirst: onlyFirst, onlySecond: onlySecond, pairs: pairs.count),
      p: McNemar.exact(b: onlyFirst, c: onlySecond).twoSided)
  }
}

extension PlanRecord {
  /// The name of all protocols together.
  fileprivate static let worst = "worst-case"

  /// The protocols that were run, and all of them together.
  fileprivate var measured: [String] {
    let run = protocols.filter { $0.omitted == nil && $0.name != AuditProtocol.clean.rawValue }
    return run.isEmpty ? [] : run.map(\.name) + [Self.worst]
  }

  /// Where a radius stands in this plan, however it is written.
  fileprivate func place(of radius: String) -> Int? {
    Radius(radius).flatMap { value in radii.firstIndex { Radius($0) == value } }
  }
}
