import ArgumentParser
import Foundation
import Holdfast

struct ShowCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print what a run found, and the command that repeats it.",
    discussion: """
      Works on a run that is not finished, too. --robustbench prints the run as an entry of \
      RobustBench's model zoo instead; autoattack_acc is filled in only where the white-box protocol \
      was a complete standard AutoAttack.
      """)

  @Argument(help: ArgumentHelp("The run folder.", valueName: "run"), completion: .directory)
  var path: String

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @Flag(help: ArgumentHelp("Print the JSON of RobustBench's model zoo."))
  var robustbench = false

  @Option(help: ArgumentHelp("The radius of that entry, where the run has several."))
  var epsilon: String?

  /// A run as JSON.
  private struct Shown: Encodable {
    let path: String
    let run: RunRecord
    let summary: SummaryRecord
    let isFinished: Bool
  }

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    guard robustbench || epsilon == nil else {
      throw UsageError("--epsilon goes with --robustbench", hint: "leave it out")
    }
    let run = try StoredRun(at: path)
    let (summary, isFinished) = try run.summaryOfFinished()
    let console = context.console
    if robustbench { return try showEntry(run, summary, console) }
    if format == .json {
      let shown = Shown(path: path, run: run.record, summary: summary, isFinished: isFinished)
      let json = try RecordCoding.documentEncoder().encode(shown)
      return console.result(String(decoding: json, as: UTF8.self))
    }
    let report: any Report =
      RetrievalReport(plan: run.plan, summary: summary)
      ?? AuditReport(plan: run.plan, summary: summary)
    console.result(try format.lines(report, summary))
    guard format != .csv else { return }
    if let smallest = SmallestReport(plan: run.plan, summary: summary) {
      console.result("")
      console.result("How small a perturbation fools:\n")
      try console.result(smallest.table(), as: format)
    }
    console.result("")
    for line in Self.facts(run, isFinished: isFinished) { console.result(line) }
  }

  /// When, where and by what command.
  private static func facts(_ run: StoredRun, isFinished: Bool) -> [String] {
    var facts: [String] = []
    if !isFinished { facts.append("Not finished: this is what was found so far.") }
    guard let last = run.record.sessions.last else { return facts }
    let sessions = run.record.sessions.count { ($0.rank ?? 0) == 0 }
    facts.append(
      "Holdfast \(run.plan.holdfast), \(sessions == 1 ? "one session" : "\(sessions) sessions"), the "
        + "last begun \(last.began) on \(last.device) with \(last.engine)")
    for (file, sum) in run.plan.model.files.sorted(by: { $0.key < $1.key }) {
      facts.append("  \(file): SHA-256 \(sum)")
    }
    if let listing = run.plan.data.listing { facts.append("  data: SHA-256 \(listing)") }
    facts.append("To repeat it:")
    let launcher = last.processes.map {
      ["torchrun", "--standalone", "--nproc-per-node", "\($0)", "--no-python"]
    }
    let command = shellLine((launcher ?? []) + last.command)
    facts.append("  " + (last.directory.map { "cd \(shellLine([$0])) && " } ?? "") + command)
    return facts
  }

  private func showEntry(
    _ run: StoredRun, _ summary: SummaryRecord, _ console: Console
  ) throws {
    let radii = run.plan.radii
    guard run.plan.retrieval == nil else {
      throw UsageError("RobustBench has no entries for retrieval", hint: "leave --robustbench out")
    }
    let asked = epsilon.flatMap { text in radii.first { Radius($0) == Radius(text) } }
    guard let radius = epsilon == nil && radii.count == 1 ? radii[0] : asked,
      let entry = RobustBenchEntry(plan: run.plan, summary: summary, radius: radius)
    else {
      throw UsageError(
        epsilon.map { "`\(path)` has no radius `\($0)`" }
          ?? "an entry is about one radius, and `\(path)` has several",
        hint: "give one with --epsilon: \(radii.joined(separator: ", "))")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    console.result(String(decoding: try encoder.encode(entry), as: UTF8.self))
    guard !entry.missing.isEmpty else { return }
    console.say(
      "autoattack_acc is null: of the standard AutoAttack, the white-box protocol lacks "
        + entry.missing.joined(separator: ", "))
  }
}
