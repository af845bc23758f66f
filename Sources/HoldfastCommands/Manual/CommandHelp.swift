import ArgumentParser
import Foundation

/// The program's arguments, from their definitions: the source of the manual, the reference page
/// and the configuration file.
struct CommandHelp: Decodable {
  /// A command with what it takes.
  struct Command: Decodable {
    let commandName: String
    let aliases: [String]?
    let abstract: String?
    let discussion: String?
    let subcommands: [Command]?
    let arguments: [Argument]?
    let shouldDisplay: Bool?

    /// The commands inside that users are meant to know.
    var shown: [Command] {
      (subcommands ?? []).filter { ($0.shouldDisplay ?? true) && $0.commandName != "help" }
    }

    /// Its visible arguments, except help and version.
    var shownArguments: [Argument] {
      (arguments ?? []).filter { argument in
        argument.shouldDisplay
          && !argument.longNames.contains { ["help", "version"].contains($0) }
      }
    }

    /// The same without what every command takes.
    var ownArguments: [Argument] { shownArguments.filter { !$0.isCommon } }

    /// The arguments that every command takes.
    var commonArguments: [Argument] {
      shown.first { !$0.shownArguments.allSatisfy { !$0.isCommon } }?
        .shownArguments.filter(\.isCommon) ?? []
    }
  }

  /// The title of what every command takes.
  static let commonTitle = "Common Options"

  /// Something that a command takes.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let shouldDisplay: Bool
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?
    let discussion: String?

    /// Its names as one types them, the long ones first.
    var spellings: [String] {
      let names = (names ?? []).sorted { ($0.kind == "long" ? 0 : 1) < ($1.kind == "long" ? 0 : 1) }
      return names.map { ($0.kind == "long" ? "--" : "-") + $0.name }
    }

    /// Whether every command takes it.
    var isCommon: Bool { sectionTitle == CommandHelp.commonTitle }

    /// The long names of the argument.
    var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map(\.name) }

    /// How it is written: `--norm <norm>`, `<image> …`.
    var usage: String {
      let value = "<\(valueName ?? "value")>"
      let more = isRepeating ? " …" : ""
      switch kind {
      case "positional": return value + more
      case "flag": return spellings.joined(separator: ", ")
      default: return spellings.joined(separator: ", ") + " \(value)\(more)"
      }
    }

    /// What it means, and its default.
    var meaning: String {
      var text = [abstract, discussion].compactMap(\.self).filter { !$0.isEmpty }
        .joined(separator: " ")
      if let defaultValue, kind != "flag" { text += " (default: \(defaultValue))" }
      return text.trimmingCharacters(in: .whitespaces)
    }
  }

  let command: Command

  /// The help of this program, from its own definitions.
  static func own() throws -> Command {
    let json = Data(HoldfastCommand._dumpHelp().utf8)
    return try JSONDecoder().decode(CommandHelp.self, from: json).command
  }
}
