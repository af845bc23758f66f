import Holdfast

/// The command line as it is meant: with the options of its configuration file in their places.
struct Invocation {
  /// One option that a configuration file gives.
  struct Setting: Hashable {
    /// The option without its dashes.
    let key: String
    /// The words that it puts on the command line.
    let words: [String]
    /// The line of the file, from 1.
    let line: Int
  }

  /// The words after the program's name, without `--config`.
  let arguments: [String]
  /// The words that the command line itself holds.
  let given: [String]
  /// The configuration file; nil if none is given.
  let file: String?
  /// The options that it gives and the command line does not.
  let settings: [Setting]

  /// Reads the configuration file that some arguments name, if they name one.
  ///
  /// - Throws: `UsageError` for a file that cannot be read, for a key that is not an option, and
  ///   for a value that its option does not take.
  init(_ given: [String]) throws {
    self.given = given
    guard given.contains(where: { $0 == "--config" || $0.hasPrefix("--config=") }) else {
      (arguments, file, settings) = (given, nil, [])
      return
    }
    let commands = try CommandHelp.own().shown
    guard let name = given.first,
      let command = commands.first(where: {
        $0.commandName == name || ($0.aliases ?? []).contains(name)
      }), command.shownArguments.contains(where: { $0.longNames.contains("config") })
    else {
      (arguments, file, settings) = (given, nil, [])
      return
    }
    let (rest, file) = Self.withoutFile(given.dropFirst())
    self.file = file
    settings =
      try file.map { try ConfigurationFile(path: $0, command: command).settings(beside: rest) }
      ?? []
    arguments = [name] + settings.flatMap(\.words) + rest
  }

  /// The arguments without `--config`, and what it named; without a value it stays, to be refused.
  private static func withoutFile(
    _ arguments: ArraySlice<String>
  ) -> (rest: [String], file: String?) {
    var rest: [String] = []
    var file: String?
    var words = arguments
    while let word = words.popFirst() {
      if word == "--" { return (rest + [word] + words, file) }
      if word == "--config", let value = words.popFirst() {
        file = value
      } else if word.hasPrefix("--config=") {
        file = String(word.dropFirst("--config=".count))
      } else {
        rest.append(word)
      }
    }
    return (rest, file)
  }

  /// The line of the configuration file that gives an option, as `audit.yaml:3`; nil if it does
  /// not.
  func origin(of option: String?) -> String? {
    guard let file, let option else { return nil }
    return settings.first { $0.key == option }.map { "\(file):\($0.line)" }
  }

  /// The command as records keep it, which does without the configuration file.
  var words: [String] { CommandLine.arguments.prefix(1) + arguments }
}
