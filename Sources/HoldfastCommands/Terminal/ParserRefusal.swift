import Foundation
import Holdfast

/// An argument that the parser refused, with the nearest valid one as a hint.
///
/// The parser says it in a sentence alone, so the option and the value are read from the sentence.
struct ParserRefusal: UserFacingError {
  let what: String
  let hint: String?
  let option: String?

  /// - Parameters:
  ///   - sentence: what the parser said.
  ///   - arguments: what the program was called with.
  init(_ sentence: String, of arguments: [String]) {
    let commands = (try? CommandHelp.own().shown) ?? []
    func names(_ command: CommandHelp.Command) -> [String] {
      [command.commandName] + (command.aliases ?? [])
    }
    let first = arguments.first ?? ""
    let command = commands.first { names($0).contains(first) }
    option = sentence.firstMatch(of: /'--([a-z0-9-]+)/).map { String($0.1) }
    var what = sentence
    var near: String?
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
      let values = match.2.matches(of: /'([^']*)'/).map { String($0.1) }
      near = nearest(String(match.1), among: values).first
    }
    // The parser puts what a value's own reader says, hint and all, behind its sentence.
    let parts = what.components(separatedBy: "\n\nhint: ")
    self.what = parts[0]
    hint = near.map { "did you mean `\($0)`?" } ?? parts.dropFirst().first
  }
}
