import ArgumentParser
import Foundation
import Holdfast

struct ShowCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print what a run found, and the command that repeats it.",
    discussion: """
      Of a run that is not finished, it shows the first samples of the data, up to the first that is \
      missing: what is fooled early also finishes early. --robustbench prints the run as an entry of \
      RobustBench's model zoo instead; autoattack_acc is filled in only if the white-box protocol was \
      a complete standard AutoAttack.
      """)

  @Argument(help: ArgumentHelp("The run folder.", valueName: "run"), completion: .directory)
  var path: String

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @Flag(help: ArgumentHelp("Print the JSON of RobustBench's model zoo."))
  var robustbench = false

  @Option(help: ArgumentHelp("The radius of that entry, if the run has several."))
  var epsilon: String?

  /// The record and summary of a run, as one JSON object.
  private struct Shown: Encodable {
    let path: String
    let run: RunRecord
    let summary: SummaryRecord?
    let isFinished: Bool
    let finishedSamples: Int
  }

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    guard robustbench || epsilon == nil else {
      throw UsageError("--epsilon goes with --robustbench", hint: "leave it out")
    }
    let run = try StoredRun(at: path)
    let found = try run.findings()
    let isFinished = found.state == .finished
    let console = context.console
    if format == .json, !robustbench {
      let shown = Shown(
        path: path, run: run.record, summary: found.summary, isFinished: isFinished,
        finishedSamples: found.finished)
      let json = try RecordCoding.documentEncoder().encode(shown)
      return console.result(String(decoding: json, as: UTF8.self))
    }
    guard let summary = found.summary else {
      guard !robustbench, format != .csv else {
        throw RunError(
          "`\(path)` is not finished, and nothing can be said about its accuracy yet",
          hint: "run its command again to finish it")
      }
      console.result(Self.caution(found))
      for line in try Self.facts(run) { console.result(line) }
      return
    }
    if robustbench {
      try showEntry(run, summary, console)
      if !isFinished { console.say(Self.caution(found)) }
      return
    }
    if !isFinished {
      let caution = Self.caution(found)
      if format == .csv { console.say(caution) } else { console.result(caution) }
    }
    let report: any Report =
      RetrievalReport(plan: run.plan, summary: summary)
      ?? AuditReport(plan: run.plan, summary: summary)
    console.result(try format.lines(report, summary), as: format)
    guard format != .csv else { return }
    if let smallest = SmallestReport(plan: run.plan, summary: summary) {
      console.result("")
      console.result("How small a perturbation fools:\n")
      try console.result(smallest.table(), as: format)
    }
    console.result("")
    for line in try Self.facts(run) { console.result(line) }
  }

  /// The caution about an unfinished run, printed first.
  private static func caution(_ found: RunFindings) -> String {
    let known = found.summary.map {
      "the figures are of the first \($0.samples) of the data, which are complete."
    }
    return "UNFINISHED: \(counted(found.finished, "sample is", "samples are")) finished, and "
      + (known
        ?? "nothing can be said about accuracy: the first sample of the data is missing, or the order is "
        + "not recorded.")
  }

  /// When, on which device, on what data and by what command the run was made.
  private static func facts(_ run: StoredRun) throws -> [String] {
    var facts: [String] = []
    guard let last = run.record.sessions.last else { return facts }
    let sessions = run.record.sessions.count { ($0.rank ?? 0) == 0 }
    facts.append(
      "Holdfast \(run.plan.holdfast), \(counted(sessions, "session")), the "
        + "last begun \(last.began) on \(last.device) with \(last.engine)")
    for (file, sum) in run.plan.model.files.sorted(by: { $0.key < $1.key }) {
      facts.append("  \(file): SHA-256 \(sum)")
    }
    if let listing = run.plan.data.listing {
      facts.append("  list of the data (ids, labels, file sizes): SHA-256 \(listing)")
    }
    let inputs = try run.inputDigest()
    facts.append(
      "  inputs of \(counted(inputs.samples, "sample")), by their ids: SHA-256 \(inputs.sha256)")
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
