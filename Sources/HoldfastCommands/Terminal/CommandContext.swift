import Holdfast

/// What a command runs in: its console, and the command line that records keep.
struct CommandContext {
  /// The console that the command writes to.
  let console: Console
  /// The program's name and its arguments, without a configuration file.
  let words: [String]

  /// The engine that does the work, and talks to the console.
  var engine: Engine { Engine(observer: console, command: words) }
}

extension Console: RunObserver {}
