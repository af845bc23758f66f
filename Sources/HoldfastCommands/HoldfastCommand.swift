public import ArgumentParser
import Holdfast

/// The program: `holdfast`.
public struct HoldfastCommand: ParsableCommand {
  /// Name, summary and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "holdfast",
    abstract: "Audit and harden multimodal encoders against adversarial inputs.",
    discussion: """
      `holdfast audit` measures how easily somebody can push an input somewhere else in an \
      encoder's embedding space. `holdfast harden` puts a defence around the encoder; audit the \
      result again to see what it is worth. `holdfast demo` shows both on what is built in.
      """,
    version: version,
    subcommands: [
      AuditCommand.self, ReportCommand.self, HardenCommand.self, SweepCommand.self,
      ClassifyCommand.self, EmbedCommand.self, ListCommand.self, ShowCommand.self,
      CompareCommand.self, PullCommand.self,
      ExportCommand.self,
      DemoCommand.self,
      ScenesCommand.self, TrainTowerCommand.self, MakeDemoModelCommand.self,
      CompletionsCommand.self, ManualCommand.self,
    ])

  /// The version of Holdfast.
  public static let version = HoldfastVersion.number

  /// The day of that version, as manual pages write it.
  static let day = "November 26, 2026"

  /// The program; it has no state of its own.
  public init() {}

  /// Without a command: says what to type first.
  public func run() { Console.standard().result(FirstSteps.text) }

  /// Runs the command line, and leaves with its exit code: 0 done, 1 a gate failed, 2 failed,
  /// 64 wrong usage.
  public static func start() -> Never {
    start(Array(CommandLine.arguments.dropFirst()))
  }

  static func start(_ arguments: [String]) -> Never {
    quietBrokenPipes()
    surviveFileLimits()
    var invocation: Invocation?
    do {
      let meant = try Invocation(arguments)
      invocation = meant
      var command = try parseAsRoot(meant.arguments)
      if let command = command as? any TalkingCommand {
        let console = Console.standard(try command.talk.manner)
        try command.run(in: CommandContext(console: console, words: meant.words))
      } else {
        try command.run()
      }
      leave(0)
    } catch {
      guard let failure = Failure(error, of: arguments) else { exit(withError: error) }
      let origin = invocation?.origin(of: failure.option)
      Console.standard().fail(origin.map { "\($0): \(failure.message)" } ?? failure.message)
      leave(failure.code)
    }
  }
}
