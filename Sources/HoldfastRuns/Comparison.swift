import HoldfastErrors
public import HoldfastRecords

/// Compares two runs on the same samples, pair by pair.
public enum Comparison {
  /// What both found.
  ///
  /// - Parameter partial: whether runs may be unfinished; of such a run, the first samples of the data
  ///   are compared, up to the first that is missing.
  /// - Throws: ``RunError`` for runs of different data, threat or task, and for unfinished ones;
  ///   `FormatError` for damaged ones.
  public static func record(
    _ first: StoredRun, _ second: StoredRun, partial: Bool = false
  ) throws -> ComparisonRecord {
    try check(first, second)
    let (one, other) = (try Side(first, partial: partial), try Side(second, partial: partial))
    let (a, b) = (one.verdicts, other.verdicts)
    let shared = a.keys.filter { b[$0] != nil }.sorted()
    guard !shared.isEmpty else {
      throw RunError(
        "the runs have no finished sample in common",
        hint: "let both run on the same first samples")
    }
    for id in shared where a[id]?.label != b[id]?.label {
      throw RunError(
        "the runs are of different data: `\(id)` has another label", hint: remedy)
    }
    let inputs = try compareInputs(first, second, shared, a, b)
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
      differences: first.plan.differences(from: second.plan).map(\.rawValue) + inputs,
      unfinished: [(one, first), (other, second)].filter { $0.0.state == .unfinished }
        .map(\.1.path), rows: rows)
  }

  private static let remedy = "compare runs on the same files with the same labels"

  /// Refuses runs whose samples or figures do not mean the same.
  private static func check(_ first: StoredRun, _ second: StoredRun) throws(RunError) {
    let (a, b) = (first.plan, second.plan)
    let isSameData =
      a.data.listing != nil && b.data.listing != nil
      ? a.data.listing == b.data.listing && a.data.layout == b.data.layout
      : a.data.path == b.data.path && a.data.layout == b.data.layout
    guard isSameData else {
      throw RunError(
        "the runs are of different data: `\(a.data.path)` and `\(b.data.path)`", hint: remedy)
    }
    for (what, differs) in [
      ("modality", a.attackSpace.sense != b.attackSpace.sense), ("norm", a.norm != b.norm),
      ("unit of epsilon", a.attackSpace.unit != b.attackSpace.unit),
      ("place that is attacked", a.attackSpace.place != b.attackSpace.place),
      ("task", (a.retrieval == nil) != (b.retrieval == nil)),
      ("retrieval index", a.retrieval != nil && a.retrieval != b.retrieval),
    ] where differs {
      throw RunError(
        "the runs differ in the \(what), so their figures do not mean the same",
        hint: "compare runs of one threat model")
    }
  }

  /// Refuses runs whose samples have the same ids and were made of other files.
  ///
  /// If a line does not record its file's hash, the input itself counts, provided that both runs
  /// prepare files in the same way.
  ///
  /// - Returns: what to say about inputs that differ although their files do not.
  private static func compareInputs(
    _ first: StoredRun, _ second: StoredRun, _ shared: [String], _ a: [String: Verdicts],
    _ b: [String: Verdicts]
  ) throws(RunError) -> [String] {
    let isPreparedAlike =
      first.plan.data.preprocessing == second.plan.data.preprocessing
      && first.plan.attackSpace == second.plan.attackSpace
    var (others, moved): ([String], Int) = ([], 0)
    for id in shared {
      guard let one = a[id], let other = b[id] else { continue }
      if let file = one.file, let theirs = other.file {
        if file != theirs {
          others.append(id)
        } else if isPreparedAlike, one.input != other.input {
          moved += 1
        }
      } else if isPreparedAlike, one.input != other.input {
        others.append(id)
      }
    }
    guard others.isEmpty else {
      let names = others.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
      throw RunError(
        "the runs are of different data: \(others.count) of \(shared.count) samples have the same id "
          + "and another input, such as \(names)", hint: remedy)
    }
    return moved == 0
      ? [] : ["the inputs of \(counted(moved, "sample")), though their files are the same"]
  }

  // MARK: One run

  /// What one run says about one sample.
  private struct Verdicts {
    let label: Int
    let input: String
    let file: String?
    let clean: Bool
    let robust: [String: [Bool]]

    init(_ sample: SampleRecord, _ plan: PlanRecord) {
      var robust = Dictionary(
        sample.protocols.map { entry in
          (entry.name, entry.radii.map { sample.clean.correct && $0.robust })
        }, uniquingKeysWith: { first, _ in first })
      robust[PlanRecord.worst] = sample.worstCase(of: plan)
      (label, input, file) = (sample.label, sample.input, sample.file)
      clean = sample.clean.correct
      self.robust = robust
    }
  }

  /// The samples of one run that are compared.
  private struct Side {
    let state: RunState
    let verdicts: [String: Verdicts]

    /// All samples of a finished run; of another one the first of the data.
    init(_ run: StoredRun, partial: Bool) throws {
      var all: [String: Verdicts] = [:]
      var (first, order, isOrdered) = ([String](), DataOrder<String>(), true)
      try run.visit { sample in
        all[sample.id] = Verdicts(sample, run.plan)
        if let place = sample.place {
          first += order.take(sample.id, at: place)
        } else {
          isOrdered = false
        }
      }
      if try run.summary()?.samples == all.count {
        (state, verdicts) = (.finished, all)
        return
      }
      guard partial else {
        throw RunError(
          "`\(run.path)` is not finished",
          hint: "run its command again to finish it, or compare its first samples with --partial")
      }
      guard isOrdered else {
        throw RunError(
          "`\(run.path)` is not finished, and does not say in which order its samples come",
          hint: "run its command again to finish it")
      }
      let counted = Set(first)
      (state, verdicts) = (.unfinished, all.filter { counted.contains($0.key) })
    }
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
    let run = attackedProtocols
    return run.isEmpty ? [] : run.map(\.name) + [Self.worst]
  }

  /// The index of a radius in this plan, however it is written.
  fileprivate func place(of radius: String) -> Int? {
    radiusValue(radius).flatMap { value in radii.firstIndex { radiusValue($0) == value } }
  }
}
