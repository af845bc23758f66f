import ArgumentParser
import Foundation
import Holdfast
import HoldfastCommands
import HoldfastTestSupport
import Testing

@Suite("The commands that the documentation shows")
struct DocumentedCommandTests {
  /// The words of each command of a shell text, without prompts and comments.
  static func commands(in text: String) -> [[String]] {
    let joined = text.replacingOccurrences(of: "\\\n", with: " ")
    return joined.components(separatedBy: "\n").flatMap { line -> [[String]] in
      var commands: [[String]] = [[]]
      var word: String?
      var quote: Character?
      func close() {
        if let word { commands[commands.count - 1].append(word) }
        word = nil
      }
      for character in line {
        if let open = quote {
          if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        } else if character == "\"" || character == "'" {
          quote = character
          word = word ?? ""
        } else if character == "#", word == nil {
          break
        } else if character == " " || character == "\t" {
          close()
        } else if "|;&<>".contains(character) {
          // What follows is another command, or a file's name, which is taken for one.
          close()
          commands.append([])
        } else {
          word = (word ?? "") + String(character)
        }
      }
      close()
      return commands.map { words in words.filter { $0 != "$" } }.filter { !$0.isEmpty }
    }
  }

  /// The arguments of the program, if that is what the words run.
  static func arguments(of words: [String]) -> [String]? {
    guard let index = words.firstIndex(where: { $0 == "holdfast" || $0.hasSuffix("/holdfast") })
    else { return nil }
    let before = words[..<index]
    guard before.isEmpty || before.first == "torchrun" || before.allSatisfy({ $0.contains("=") })
    else { return nil }
    return Array(words[(index + 1)...])
  }

  /// The values of an option.
  private func values(of option: String, in arguments: [String]) -> [String] {
    zip(arguments, arguments.dropFirst()).filter { $0.0 == option }.map(\.1)
  }

  /// Whether `…` stands for arguments, and not for an option's value.
  private func isShortened(_ arguments: [String]) -> Bool {
    zip([""] + arguments, arguments).contains { before, word in
      word == "…" && !before.hasPrefix("--")
    }
  }

  /// Refuses what the program would: all of it, or where some is left out or stands in a file, its
  /// name and options.
  private func check(_ arguments: [String]) throws {
    if isShortened(arguments) || arguments.contains("--config") {
      try checkNames(arguments)
    } else {
      _ = try HoldfastCommand.parseAsRoot(arguments)
    }
    for spelling in values(of: "--attack", in: arguments) where spelling != "…" {
      // Some are made for one norm.
      let isKnown = Norm.allCases.contains { norm in
        (try? AttackTable.recipes(spelling, norm: norm)) != nil
      }
      if !isKnown { _ = try AttackTable.recipes(spelling) }
    }
    for spelling in values(of: "--method", in: arguments) {
      _ = try DefenseTable.defense(spelling, isGuided: arguments.contains("--guide"))
    }
    for radii in values(of: "--epsilon", in: arguments) {
      for radius in radii.split(separator: ",") where Radius(String(radius)) == nil {
        throw UsageError("`\(radius)` is no radius")
      }
    }
  }

  private func checkNames(_ arguments: [String]) throws {
    let name = arguments.first ?? ""
    let command = HoldfastCommand.configuration.subcommands.first {
      $0._commandName == name || $0.configuration.aliases.contains(name)
    }
    guard let command else { throw UsageError("there is no `holdfast \(name)`") }
    let help = command.helpMessage(columns: 100).components(separatedBy: .whitespacesAndNewlines)
    for word in arguments where word.hasPrefix("--") {
      let option = String(word.prefix { $0 != "=" })
      guard help.contains(option) else { throw UsageError("`\(name)` has no `\(option)`") }
    }
  }

  @Test("can be read by the program", arguments: Page.all)
  func blocks(page: Page) {
    for block in page.blocks where ["", "sh", "bash", "console"].contains(block.language) {
      for words in Self.commands(in: block.text) {
        guard let arguments = Self.arguments(of: words), !arguments.isEmpty else { continue }
        #expect(throws: Never.self, "\(page.path): holdfast \(arguments.joined(separator: " "))") {
          try check(arguments)
        }
      }
    }
  }

  @Test("in running text, have a name and options that there are", arguments: Page.all)
  func codes(page: Page) {
    for code in page.codes {
      guard let words = Self.commands(in: code).first,
        let arguments = Self.arguments(of: words), let name = arguments.first,
        !name.hasPrefix("-")
      else { continue }
      #expect(throws: Never.self, "\(page.path): `\(code)`") { try checkNames(arguments) }
    }
  }

  @Test("are found, so that the tests above say something")
  func found() {
    let counts = Page.all.map { page in
      page.blocks.flatMap { Self.commands(in: $0.text) }.count { Self.arguments(of: $0) != nil }
    }
    #expect(counts.reduce(0, +) >= 30)
    let words = Self.commands(
      in: "holdfast audit … --require \"robust>=0.4\" \\\n  --limit 3 # x\n")
    #expect(words == [["holdfast", "audit", "…", "--require", "robust>=0.4", "--limit", "3"]])
    #expect(throws: Never.self) { try check(["audit", "…", "--limit", "3"]) }
    #expect(throws: (any Error).self) { try check(["audit", "…", "--limits", "3"]) }
    #expect(throws: (any Error).self) { try check(["audit", "--model", "m", "--frobnicate"]) }
    #expect(throws: (any Error).self) { try check(["audit", "--model", "m", "--attack", "pdg"]) }
  }
}
