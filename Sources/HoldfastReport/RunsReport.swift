import Foundation
import HoldfastErrors
import HoldfastRecords
import HoldfastRuns

/// Several runs beside each other, a row each: whatever their models, modalities and radii.
public struct RunsReport: Report {
  private let runs: [RecordedRun]

  /// A report on runs, in the order of the rows.
  public init(_ runs: [RecordedRun]) {
    self.runs = runs
  }

  /// How many runs there are, and what their rows show.
  public var heading: String {
    "\(counted(runs.count, "run")): worst case per sample over the protocols that each of them ran"
  }

  /// A row per run, with Wilson 95 % intervals; of retrieval the figures are those of R@1.
  public func table() -> Table {
    var table = Table(
      texts: ["model", "data", "modality", "epsilon"], numbers: ["samples", "clean"] + radii)
    for run in runs {
      let clean = run.summary.clean
      let robust = radii.map { radius in
        run.summary.worstCase.first { $0.radius == radius }.map {
          "\(percent($0.robustAccuracy)) [\(bounds($0.interval[0], $0.interval[1]))]"
        } ?? ""
      }
      table.add(
        [
          run.plan.modelName, (run.plan.data.path as NSString).lastPathComponent,
          run.plan.attackSpace.sense, "\(run.plan.norm), \(run.plan.attackSpace.unit)",
          "\(run.summary.samples)", "\(percent(clean.value)) [\(bounds(clean.low, clean.high))]",
        ] + robust)
    }
    return table
  }

  /// One line per run and radius with all figures as numbers, for programs.
  public func figures() -> Table {
    var table = Table(
      texts: ["run", "model", "defense", "data", "modality", "norm", "unit", "epsilon"],
      numbers: ["clean_accuracy", "robust_accuracy", "low", "high", "robust", "total"])
    for run in runs {
      let plan = run.plan
      func add(_ radius: String, _ numbers: [String]) {
        table.add(
          [
            run.folder, plan.model.path, plan.model.defense ?? "", plan.data.path,
            plan.attackSpace.sense, plan.norm, plan.attackSpace.unit, radius,
            "\(run.summary.clean.value)",
          ] + numbers)
      }
      let clean = run.summary.clean
      add(
        "0",
        ["\(clean.value)", "\(clean.low)", "\(clean.high)", "\(clean.count)", "\(clean.total)"])
      for row in run.summary.worstCase {
        add(
          row.radius,
          [
            "\(row.robustAccuracy)", "\(row.interval[0])", "\(row.interval[1])", "\(row.robust)",
            "\(row.total)",
          ])
      }
    }
    return table
  }

  /// In what the runs differ besides their models, and what each of them says nothing about.
  public var notes: [String] {
    groups.compactMap(\.caution)
      + runs.flatMap { run in
        let report: any Report =
          RetrievalReport(plan: run.plan, summary: run.summary)
          ?? AuditReport(plan: run.plan, summary: run.summary)
        return report.notes.map { "\(run.plan.modelName): \($0)" }
      }
  }

  /// The radii of all runs, ascending.
  private var radii: [String] {
    var seen: [String] = []
    for radius in runs.flatMap(\.plan.radii) where !seen.contains(radius) { seen.append(radius) }
    return seen.sorted { (radiusValue($0) ?? 0) < (radiusValue($1) ?? 0) }
  }

  /// Runs whose radii mean the same, and so whose curves share a drawing.
  struct Group {
    let runs: [RecordedRun]

    /// The modality, and whether it is retrieval.
    var name: String {
      guard let plan = runs.first?.plan else { return "" }
      return plan.retrieval == nil ? plan.attackSpace.sense : "\(plan.attackSpace.sense), retrieval"
    }

    /// What a reader of the drawing must know; nil when only the models differ.
    var caution: String? {
      func differ<Value: Hashable>(_ value: (RecordedRun) -> Value) -> Bool {
        Set(runs.map(value)).count > 1
      }
      let differences = [
        (differ { $0.plan.data }, "the data or its preparation"),
        (differ { $0.plan.classes }, "the class names"),
        (
          differ { [$0.plan.templates.description, "\($0.plan.anchors as Any)"] },
          "the prompts or anchors"
        ),
        (differ { $0.summary.samples }, "the number of samples"),
        (differ { $0.plan.protocols.map(\.attacksAlone) }, "the protocols or their attacks"),
        (differ { $0.plan.budgets }, "what radii share"),
        (differ { $0.plan.seed }, "the seed"),
        (differ { $0.plan.holdfast }, "the version of Holdfast"),
      ].filter(\.0).map(\.1)
      guard !differences.isEmpty else { return nil }
      return "\(name): these runs differ not in their models alone, but also in "
        + "\(differences.joined(separator: ", "))"
    }
  }

  /// The runs by what their radii mean, in order of appearance.
  var groups: [Group] {
    var keys: [[String]] = []
    var members: [[String]: [RecordedRun]] = [:]
    for run in runs {
      let plan = run.plan
      let key = [
        plan.attackSpace.sense, plan.attackSpace.unit, plan.norm, plan.attackSpace.place,
        plan.retrieval == nil ? "" : "retrieval",
      ]
      if members[key] == nil { keys.append(key) }
      members[key, default: []].append(run)
    }
    return keys.map { Group(runs: members[$0] ?? []) }
  }
}

extension ProtocolRecord {
  /// Its attacks; empty if the protocol was not run.
  fileprivate var attacksAlone: [AttackRecord] { omitted == nil ? attacks : [] }
}
