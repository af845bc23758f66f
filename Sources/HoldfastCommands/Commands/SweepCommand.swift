import ArgumentParser
import Holdfast

struct SweepCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Harden with several values of an option, and compare what comes out.",
    discussion: """
      Each combination of values is a hardening in a folder of its own under --output. The table at \
      the end has what each reached on its validation samples. The same command goes on where it was \
      interrupted, and does not repeat what is finished.
      """)

  @Option(
    help: ArgumentHelp(
      "An option of harden and its values, or method.KEY for one of the method. May be repeated.",
      valueName: "option=value,…"))
  var vary: [String] = []

  @OptionGroup var options: HardenOptions

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let axes = try vary.map { (text) throws(UsageError) in try SweepRequest.Axis(text) }
    let result = try context.engine.sweep(SweepRequest(options.request(), axes: axes))
    try context.console.result(result, as: format)
  }
}
