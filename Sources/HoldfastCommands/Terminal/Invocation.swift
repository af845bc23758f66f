import Foundation
import Holdfast
import Synchronization

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
  /// The configuration file; none where none was named.
  let file: String?
  /// What it gives, of what the command line does not.
  let settings: [Setting]

  /// Reads the configuration file that some arguments name, if they name one.
  ///
  /// - Throws: `UsageError` for a file that cannot be read, for a key that is no option, and for a
  ///   value that no option takes.
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

  /// Where the configuration file says what a message is about, as `audit.yaml:3`; none where the
  /// message is about something else.
  func origin(of message: String) -> String? {
    guard let file, !settings.isEmpty else { return nil }
    let sentence = message.split(separator: "\n").first ?? ""
    let quoted = sentence.matches(of: /[`']([^`']+)[`']/).map { String($0.1) }
    let options = (quoted + sentence.split(separator: " ").map(String.init)).compactMap { word in
      word.wholeMatch(of: /--([a-z0-9-]+).*/).map { String($0.1) }
    }
    func place(_ setting: Setting?) -> String? { setting.map { "\(file):\($0.line)" } }
    guard options.isEmpty else { return place(settings.first { options.contains($0.key) }) }
    // Without the name of an option, what is quoted says whose value it is.
    for token in quoted where !given.contains(where: { $0.contains(token) }) {
      let holders = settings.filter { $0.words.contains { $0.contains(token) } }
      let exact = holders.filter { $0.words.contains { $0.hasSuffix("=\(token)") } }
      if let found = place(exact.first ?? holders.first) { return found }
    }
    return nil
  }

  // MARK: What records keep

  private static let line = Mutex(CommandLine.arguments)

  /// The command of this process as records keep it, which does without the configuration file.
  static var command: [String] { line.withLock { $0 } }

  /// Makes this the command of the process.
  func keep() {
    let words = CommandLine.arguments.prefix(1) + arguments
    Self.line.withLock { $0 = Array(words) }
  }
}
