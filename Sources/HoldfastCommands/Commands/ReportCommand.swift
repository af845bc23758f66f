import ArgumentParser
import Foundation
import Holdfast

struct ReportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make the report of finished runs from their records.",
    discussion: """
      One run gives a page about it, several a page that compares them: a curve per model, and a \
      drawing per modality, because modalities measure epsilon in units of their own. The page is one file \
      that needs no network and runs no script. Nothing is run again.
      """)

  @Argument(help: ArgumentHelp("The folders of runs.", valueName: "run"), completion: .directory)
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "The file to write. By default a page goes into its run's folder, and other forms are printed.",
      valueName: "file"), completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp("html, text, markdown, latex, csv or json."),
    completion: .list(["html", "text", "markdown", "latex", "csv", "json"]))
  var format = "html"

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let table = OutputFormat(rawValue: format)
    guard table != nil || format == "html" else {
      throw UsageError(
        "unknown form `\(format)`", hint: "use html, text, markdown, latex, csv or json")
    }
    let recorded = try runs.map { try RecordedRun(at: $0) }
    guard let table else {
      guard let file = output ?? (runs.count == 1 ? RunReport.file(of: runs[0]) : nil) else {
        throw UsageError(
          "a page about \(runs.count) runs belongs to none of their folders",
          hint: "name a file with --output")
      }
      try RunReport.write(recorded, to: file)
      return context.console.say("The report is in \(file)")
    }
    let lines = try Self.lines(recorded, as: table)
    guard let output else { return context.console.result(lines, as: table) }
    try AtomicFile.write(lines + "\n", to: output)
    context.console.say("The report is in \(output)")
  }

  /// The text of one run, or of several side by side, in a form.
  private static func lines(_ runs: [RecordedRun], as form: OutputFormat) throws -> String {
    let summaries = runs.map(\.summary)
    guard runs.count == 1, let run = runs.first else {
      return try form.lines(RunsReport(runs), summaries)
    }
    let report: any Report =
      RetrievalReport(plan: run.plan, summary: run.summary)
      ?? AuditReport(plan: run.plan, summary: run.summary)
    return try form.lines(report, run.summary)
  }
}
