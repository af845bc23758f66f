import ArgumentParser
import Foundation
import Holdfast

struct CompareCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two runs on the same samples, pair by pair.",
    discussion: """
      Prints the difference of the accuracies per protocol and radius with a bootstrap interval and \
      McNemar's test, and says in what else the runs differ. It refuses unfinished runs, and runs of \
      different data, even if all files have the same names.
      """)

  @Argument(
    help: ArgumentHelp("The folder of the first run.", valueName: "a"), completion: .directory)
  var first: String

  @Argument(
    help: ArgumentHelp("The folder of the second run.", valueName: "b"), completion: .directory)
  var second: String

  @Flag(
    help: ArgumentHelp(
      "Compare unfinished runs too, by the first samples of the data that are finished in each."))
  var partial = false

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let record = try Comparison.record(
      StoredRun(at: first), StoredRun(at: second), partial: partial)
    context.console.result(try format.lines(ComparisonReport(record), record), as: format)
  }
}
