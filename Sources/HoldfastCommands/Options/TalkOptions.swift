import ArgumentParser
import Holdfast

/// The options of every command: how much it prints, and a file of its options.
struct TalkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A YAML file of options of this command, such as `epsilon: 4/255`; the command line "
        + "overrides it.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Flag(name: .shortAndLong, help: "Print only errors and results.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print details of what is done.")
  var verbose = false

  @Flag(help: "Print no progress line, even on a terminal.")
  var noProgress = false

  /// The level of output that the options ask for.
  ///
  /// - Throws: `UsageError` for both at once.
  var manner: Console.Manner {
    get throws(UsageError) {
      guard !(quiet && verbose) else {
        throw UsageError(
          "--quiet and --verbose exclude each other", hint: "leave one of them out",
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
