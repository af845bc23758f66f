import ArgumentParser
import Holdfast

/// What every command takes: how much it says, and a file of its options.
struct TalkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A YAML file of options of this command, such as `epsilon: 4/255`; what the command line says "
        + "wins.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Flag(name: .shortAndLong, help: "Say nothing but errors and results.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more about what is done.")
  var verbose = false

  @Flag(help: "Show no line of progress, also on a terminal.")
  var noProgress = false

  /// What was asked for.
  ///
  /// - Throws: `UsageError` for both at once.
  var manner: Console.Manner {
    get throws(UsageError) {
      guard !(quiet && verbose) else {
        throw UsageError(
          "--quiet and --verbose cannot both be meant", hint: "leave one of them out",
          option: "verbose")
      }
      return Console.Manner(
        level: quiet ? .quiet : verbose ? .verbose : .usual,
        showsProgress: !noProgress && !quiet)
    }
  }
}

/// A command that can be told how much to say.
protocol TalkingCommand: ParsableCommand {
  var talk: TalkOptions { get }

  /// Does what the command is for.
  func run(in context: CommandContext) throws
}
