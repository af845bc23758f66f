import HoldfastRecords

/// Several runs beside each other, ready for the template `comparison`.
struct ComparisonSection {
  struct Group {
    let name: Shown
    let caution: Shown
    let keys: [RunSection.Key]
    let plots: [CurvePlot]
    let axis: Shown
    let hasPlot: Bool
  }

  struct Link {
    let anchor: String
    let name: Shown
  }

  let table: TableView
  /// The runs whose checks failed.
  let unreliable: [Shown]
  let groups: [Group]
  /// Several drawings are small, and beside each other.
  let style: String
  let links: [Link]

  init(_ runs: [RecordedRun], sections: [RunSection]) {
    let report = RunsReport(runs)
    table = TableView(report.table(), label: "Worst case of each run")
    unreliable = runs.compactMap { run in
      CheckView.banner(run.summary).map { Shown("\(run.plan.modelName): \($0.text)") }
    }
    links = zip(runs, sections).map { run, section in
      Link(
        anchor: section.anchor,
        name: Shown("\(section.model.text), \(section.data.text), \(run.plan.attackSpace.sense)"))
    }
    style = report.groups.count > 1 ? "multiples" : "single"
    groups = report.groups.map { group in
      let runs = group.runs
      // Equal names are told apart by their data, and then by their number.
      var names: [String: Int] = [:]
      let curves = runs.map { run in
        let sharesData = Set(runs.map(\.plan.data.path)).count == 1
        let data = run.plan.data.path.split(separator: "/").last.map { " on \($0)" } ?? ""
        let name = run.plan.modelName + (sharesData ? "" : data)
        names[name, default: 0] += 1
        let suffix = names[name] == 1 ? "" : " (\(names[name] ?? 0))"
        return Curve(
          Shown(name + suffix), clean: run.summary.clean, run.summary.worstCase)
      }
      return Group(
        name: Shown(group.name), caution: Shown(group.caution ?? ""),
        keys: curves.indices.map {
          RunSection.Key(name: curves[$0].name, style: "c\(1 + $0 % 7)")
        },
        plots: CurvePlot.both(
          curves, label: Shown("\(group.name): worst case of each run against epsilon")),
        axis: runs.first.map { CurvePlot.axis($0.plan, curves) } ?? "",
        hasPlot: runs.contains { !$0.summary.worstCase.isEmpty })
    }
  }
}
