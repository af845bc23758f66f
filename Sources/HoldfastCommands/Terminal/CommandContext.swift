import Holdfast

/// What a command runs in: where it talks, and the words that records keep of it.
struct CommandContext {
  /// Where the command talks.
  let console: Console
  /// The program's name and its arguments, without a configuration file.
  let words: [String]

  /// The engine that does the work, and talks to the console.
  var engine: Engine { Engine(observer: console, command: words) }
}

extension Console: RunObserver {}
