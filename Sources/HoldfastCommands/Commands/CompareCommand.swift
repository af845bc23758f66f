import ArgumentParser
import Foundation
import Holdfast

struct CompareCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two runs on the same samples, pair by pair.",
    discussion: """
      Prints the difference of the accuracies per protocol and radius with a bootstrap interval and \
      McNemar's test, and says in what else the runs differ. Runs of different data are refused.
      """)

  @Argument(
    help: ArgumentHelp("The folder of the first run.", valueName: "a"), completion: .directory)
  var first: String

  @Argument(
    help: ArgumentHelp("The folder of the second run.", valueName: "b"), completion: .directory)
  var second: String

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let record = try Comparison.record(StoredRun(at: first), StoredRun(at: second))
    context.console.result(try format.lines(ComparisonReport(record), record))
  }
}
