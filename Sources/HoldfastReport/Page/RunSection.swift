import Foundation
import HoldfastErrors
import HoldfastRecords

/// One run on a page, ready for the template `run`.
struct RunSection {
  struct Figure {
    let label: Shown
    let value: Shown
    let interval: Shown
    let style: String
  }

  struct Key {
    let name: Shown
    let style: String
  }

  struct Fact {
    let name: Shown
    let value: Shown
  }

  let anchor: String
  let model: Shown
  let data: Shown
  let heading: Shown
  let sentence: Shown
  let figures: [Figure]
  let untested: [Shown]
  let measure: Shown
  let keys: [Key]
  let plots: [CurvePlot]
  let axis: Shown
  let hasPlot: Bool
  let protocols: TableView
  let attacks: TableView?
  let parameters: TableView
  let smallest: SmallestView?
  let checks: CheckView?
  let banner: Shown?
  /// What a radius means: the norm, and the unit.
  let epsilon: Shown
  let classes: ClassBars?
  let gallery: GalleryView?
  let doubts: [Shown]
  /// What the figures mean, for those that do not speak for themselves.
  let remarks: [Shown]
  let facts: [Fact]
  let commands: [Shown]

  init(_ run: RecordedRun, number: Int) {
    let (plan, summary) = (run.plan, run.summary)
    anchor = "run-\(number)"
    model = Shown(plan.modelName)
    data = Shown((plan.data.path as NSString).lastPathComponent)
    let retrieval = RetrievalReport(plan: plan, summary: summary)
    let report: any Report = retrieval ?? AuditReport(plan: plan, summary: summary)
    heading = Shown(report.heading)
    measure = Shown(retrieval == nil ? "Robust accuracy" : "Retrieved under attack")
    sentence = Shown(Self.sentence(plan, summary))
    figures = Self.figures(summary)
    untested = Self.untested(run).map { Shown($0) }

    let curves = Self.curves(summary)
    keys = curves.enumerated().map {
      Key(name: $1.name, style: $1.isHeadline ? "c0 strong" : "c\(1 + ($0 % 7))")
    }
    hasPlot = !summary.worstCase.isEmpty
    plots =
      hasPlot
      ? CurvePlot.both(
        curves,
        label: Shown(
          "\(retrieval == nil ? "Accuracy" : "Share retrieved") against epsilon, with 95 % "
            + "intervals; the table below has the same figures")) : []
    axis = CurvePlot.axis(plan, curves)

    let table = report.table()
    protocols = TableView(
      table, label: "Results per protocol",
      strong: { retrieval == nil && $0 == table.rows.count - 1 })
    attacks = Self.attacks(summary).map { TableView($0, label: "Attacks and their cost") }
    parameters = TableView(Self.parameters(plan), label: "Parameters of the attacks")
    smallest = SmallestView(run)
    checks = CheckView(summary.checks)
    banner = CheckView.banner(summary)
    epsilon = Shown("Epsilon: \(plan.norm), in units of the \(plan.attackSpace.unit).")
    classes = ClassBars(run)
    gallery = GalleryView(run)
    doubts = (retrieval?.doubts ?? AuditReport.doubts(summary)).map { Shown($0) }
    remarks = (retrieval?.remarks ?? aimNotes(plan)).map { Shown($0) }
    facts = Self.facts(run).map { Fact(name: Shown($0.0), value: Shown($0.1)) }
    var commands: [String] = []
    for command in run.record.sessions.map({ shellLine($0.command) })
    where !commands.contains(command) {
      commands.append(command)
    }
    self.commands = commands.map { Shown($0) }
  }

  // MARK: The headline

  private static func sentence(_ plan: PlanRecord, _ summary: SummaryRecord) -> String {
    let clean = summary.clean
    let verb = clean.count == 1 ? ("is", "finds") : ("are", "find")
    let what =
      plan.retrieval == nil
      ? "\(verb.0) right when clean"
      : "\(verb.1) a partner first (R@1) when clean"
    var text = "Of \(counted(clean.total, "sample")), \(clean.count) \(what)."
    if let first = summary.worstCase.first, let last = summary.worstCase.last {
      text += " All attacks that were run together leave \(first.robust) at \(plan.norm) "
      text += first.radius
      if last.radius != first.radius { text += " and \(last.robust) at \(last.radius)" }
      text += ", in units of the \(plan.attackSpace.unit)."
    } else {
      text += " Nothing was attacked."
    }
    return text
  }

  private static func figures(_ summary: SummaryRecord) -> [Figure] {
    let clean = summary.clean
    return [
      Figure(
        label: "clean", value: Shown(percent(clean.value)),
        interval: Shown("[\(bounds(clean.low, clean.high))]"), style: "clean")
    ]
      + summary.worstCase.map {
        Figure(
          label: Shown("at \($0.radius)"), value: Shown(percent($0.robustAccuracy)),
          interval: Shown("[\(bounds($0.interval[0], $0.interval[1]))]"), style: "")
      }
  }

  /// The limits of the run: what it did not test.
  private static func untested(_ run: RecordedRun) -> [String] {
    let (plan, summary) = (run.plan, run.summary)
    var texts =
      leftOut(plan, summary).map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
      + summary.omitted.map { "The protocol \($0.name): \($0.reason)." }
    if summary.checks == nil {
      texts.append(
        "Whether gradients are masked: the checks were not run, so an attack may have failed where "
          + "the model did not withstand it.")
    }
    if let last = plan.radii.last {
      texts.append(
        "Changes beyond \(plan.norm) \(last) (\(plan.attackSpace.unit)), in other norms, or of "
          + "another kind, such as patches, rotations and other words.")
    }
    texts.append(
      "Attacks that are not in the tables below. A stronger one may leave less: what is shown is "
        + "the most that can be claimed.")
    if let limit = run.record.sessions.last?.limit, limit <= summary.samples {
      texts.append("Samples after the first \(limit): the run was limited to them.")
    }
    return texts
  }

  // MARK: Curves and tables

  /// What has a curve: the worst case, and each protocol; of retrieval, each k in both directions.
  private static func curves(_ summary: SummaryRecord) -> [Curve] {
    guard let found = summary.retrieval else {
      let worst = Curve("worst case", clean: summary.clean, summary.worstCase, isHeadline: true)
      // One protocol alone is the worst case.
      guard summary.protocols.count > 1 else { return [worst] }
      return [worst]
        + summary.protocols.map { Curve(Shown($0.name), clean: summary.clean, $0.radii) }
    }
    let directions: [(String, (RecallRecord) -> [ProportionRecord])] = [
      ("from attacked", { $0.fromAttacked }), ("to attacked", { $0.toAttacked }),
    ]
    return directions.flatMap { name, shares in
      found.ranks.indices.map { place in
        Curve(
          Shown("R@\(found.ranks[place]) \(name)"),
          [("0", shares(found.clean)[place])]
            + zip(summary.worstCase, found.worstCase).map { ($0.radius, shares($1)[place]) })
      }
    }
  }

  /// The results and costs of each attack; nil when nothing was run.
  ///
  /// The time is known of protocols alone.
  private static func attacks(_ summary: SummaryRecord) -> Table? {
    let radii = summary.worstCase.map(\.radius)
    guard summary.protocols.contains(where: { !$0.work.isEmpty }) else { return nil }
    var table = Table(
      texts: ["protocol", "attack"],
      numbers: radii.map { "fooled at \($0)" }
        + ["whole runs", "forward per sample", "backward per sample", "seconds"])
    func passes(_ count: Double) -> String { String(format: "%.1f", count) }
    for entry in summary.protocols {
      let seconds = String(format: "%.1f", entry.radii.reduce(0) { $0 + $1.seconds })
      for work in entry.work {
        table.add(
          [entry.name, work.attack] + work.fooled.map { "\($0)" } + [
            "\(work.runs)", passes(work.forwardPerSample), passes(work.backwardPerSample),
            entry.work.count == 1 ? seconds : "",
          ])
      }
      guard entry.work.count != 1 else { continue }
      table.add(
        [entry.name, "all of them"]
          + entry.radii.map { "\($0.total - $0.robust - wrong(summary))" } + [
            "\(entry.work.reduce(0) { $0 + $1.runs })",
            passes(entry.radii.reduce(0) { $0 + $1.forwardPerSample }),
            passes(entry.radii.reduce(0) { $0 + $1.backwardPerSample }), seconds,
          ])
    }
    return table
  }

  /// Samples that are wrong when clean and need no attack.
  private static func wrong(_ summary: SummaryRecord) -> Int {
    summary.clean.total - summary.clean.count
  }

  private static func parameters(_ plan: PlanRecord) -> Table {
    var table = Table(
      texts: ["protocol", "attack", "objective", "stop", "parameters"], numbers: ["restarts"])
    for entry in plan.protocols where entry.omitted == nil {
      for attack in entry.attacks {
        table.add([
          entry.name, attack.name, attack.objective, attack.stop, attack.parameters,
          "\(attack.restarts)",
        ])
      }
    }
    return table
  }

  // MARK: How to run it again

  private static func facts(_ run: RecordedRun) -> [(String, String)] {
    let plan = run.plan
    var facts = [
      ("Holdfast", plan.holdfast), ("model", plan.model.path),
      ("defence", plan.model.defense ?? "none"), ("data", plan.data.path),
      ("layout", plan.data.layout), ("preparation", plan.data.preprocessing),
      ("space", "\(plan.attackSpace.place), \(plan.size), \(plan.attackSpace.unit)"),
      ("budgets", plan.budgets.rawValue), ("precision of the search", precision(plan)),
      ("seed", "\(plan.seed)"),
    ]
    if let anchors = plan.anchors {
      facts.append(("anchors of the classes", "\(anchors.path ?? "prompts"), \(anchors.reduction)"))
      facts += anchors.sha256.map { [("SHA-256 of the anchors", $0)] } ?? []
    }
    if let target = plan.target { facts.append(("class that attacks aim at", target)) }
    if let other = plan.transferModel { facts.append(("transfer from", other.path)) }
    if let listing = plan.data.listing {
      facts.append(("SHA-256 of the list of the data", listing))
    }
    for (name, sum) in plan.model.files.sorted(by: { $0.key < $1.key }) {
      facts.append(("SHA-256 of \(name)", sum))
    }
    for (number, session) in run.record.sessions.enumerated() {
      facts.append(
        (
          "session \(number + 1)",
          "\(session.began), \(session.device), \(session.threads) threads, batches of "
            + "\(session.batchSize), \(session.engine)"
        ))
    }
    return facts
  }

  /// The precision that was asked for, and the attacks on the audited model that search in
  /// float32 all the same.
  private static func precision(_ plan: PlanRecord) -> String {
    guard plan.precision != "float32" else { return plan.precision }
    var exact: [String] = []
    for attack in plan.protocols.filter({ $0.kind?.isTransfer != true }).flatMap(\.attacks)
    where attack.precision == nil && !exact.contains(attack.name) { exact.append(attack.name) }
    return plan.precision
      + (exact.isEmpty ? "" : ", but float32 for \(exact.joined(separator: ", "))")
  }
}

extension PlanRecord {
  /// The model, and the defence around it.
  var modelName: String {
    let model = (self.model.path as NSString).lastPathComponent
    let defense = self.model.defense.flatMap {
      $0.split(separator: " ").first.map { " with \($0)" }
    }
    return model + (defense ?? "")
  }

  /// The sizes of a sample.
  var size: String { attackSpace.shape.map(String.init).joined(separator: "×") }
}
