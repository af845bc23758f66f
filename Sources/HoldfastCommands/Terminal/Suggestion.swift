import Holdfast

/// What the parser of arguments refused, with the nearest of what it would have taken as a hint.
struct Suggestion {
  let message: String

  /// - Parameters:
  ///   - sentence: what the parser said.
  ///   - arguments: what the program was called with.
  init?(_ sentence: String, of arguments: [String]) {
    let commands = (try? CommandHelp.own().shown) ?? []
    func names(_ command: CommandHelp.Command) -> [String] {
      [command.commandName] + (command.aliases ?? [])
    }
    let first = arguments.first ?? ""
    let command = commands.first { names($0).contains(first) }
    let near: String?
    var what = sentence
    if command == nil, !first.isEmpty, !first.hasPrefix("-"),
      sentence.contains(/^Unknown option|nexpected arguments?/)
    {
      near = nearest(first, among: commands.flatMap(names)).first
      what = "Unknown command '\(first)'"
    } else if let match = sentence.firstMatch(of: /^Unknown option '(--?[^']*)'/) {
      let name = String(match.1)
      let known = command?.shownArguments.flatMap(\.spellings) ?? ["--help", "--version"]
      near = nearest(name, among: known.filter { $0.hasPrefix("--") }, tolerance: 0.34).first
      what = "Unknown option '\(name)'"
    } else if let match = sentence.firstMatch(
      of: /^The value '([^']*)' is invalid for .*provide one of (.*)\.$/)
    {
      near =
        nearest(
          String(match.1), among: match.2.matches(of: /'([^']*)'/).map { String($0.1) }
        ).first
    } else {
      return nil
    }
    message = near.map { "\(what)\n\nhint: did you mean `\($0)`?" } ?? what
  }
}
