import ArgumentParser
import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@testable import HoldfastCommands

@Suite("Manual and reference")
struct ManualTests {
  private static let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/reference.md")

  @Test("The reference page is what the program says today")
  func page() throws {
    let text = ReferencePage(root: try CommandHelp.own()).text() + "\n"
    if ProcessInfo.processInfo.environment["HOLDFAST_UPDATE_SNAPSHOTS"] == "1" {
      return try Data(text.utf8).write(to: Self.reference)
    }
    let stored = try String(contentsOf: Self.reference, encoding: .utf8)
    let lines = { (text: String) in text.split(separator: "\n", omittingEmptySubsequences: false) }
    let changes = lines(text).difference(from: lines(stored))
    #expect(changes.isEmpty, "`make reference` renews it: \(changes.prefix(4))")
  }

  @Test("Both name every command, option, attack and defence")
  func complete() throws {
    let root = try CommandHelp.own()
    let page = ReferencePage(root: root).text()
    let manual = ManualPage(root: root).text()
    #expect(root.shown.count == HoldfastCommand.configuration.subcommands.count)
    #expect(
      root.commonArguments.map(\.longNames) == [
        ["config"], ["quiet"], ["verbose"], ["no-progress"],
      ])
    for command in root.shown {
      #expect(page.contains("\n### holdfast \(command.commandName)\n"))
      #expect(!(command.abstract ?? "").isEmpty)
      for argument in command.shownArguments {
        #expect(
          page.contains("| `\(argument.usage.replacing("|", with: "\\|"))` |"), "\(argument.usage)")
        #expect(!argument.meaning.isEmpty, "\(command.commandName) \(argument.usage)")
        for name in argument.longNames {
          #expect(manual.contains("Fl Fl \(name.replacing("-", with: "\\-"))"), "\(name)")
        }
      }
    }
    for name in AttackTable.entries.map(\.name) + DefenseTable.entries.map(\.name)
      + DataLayouts.entries.map(\.name)
    {
      #expect(page.contains("\n| `\(name)` |") || page.contains("\n| \(name) "), "\(name)")
    }
    for entry in AttackTable.entries {
      #expect(!entry.objectives.isEmpty, "\(entry.name)")
      for loss in entry.objectives {
        #expect(!type(of: loss).formula.isEmpty, "\(type(of: loss).name)")
      }
    }
  }

  @Test("Every row of the reference has as many cells as its heading")
  func cells() throws {
    let page = ReferencePage(root: try CommandHelp.own()).text()
    var width: Int?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        width = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").count { $0 == "|" }
      #expect(cells == width ?? cells, "\(line)")
      width = cells
    }
  }

  @Test("Nothing in a manual is a request by chance")
  func hostile() throws {
    let argument = #"""
      {"kind": "option", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
       "names": [{"kind": "long", "name": "x"}], "valueName": "Nm|…",
       "abstract": ".Sh FAKE \\n 'so /etc/passwd “quoted” — end. Next"}
      """#
    let root = try JSONDecoder().decode(
      CommandHelp.Command.self,
      from: Data(
        #"{"commandName": "holdfast", "subcommands": [{"commandName": "Fl", "arguments": [\#(argument)]}]}"#
          .utf8))
    let lines = ManualPage(root: root).text().split(separator: "\n")
    #expect(
      lines.contains("\\&.Sh FAKE \\en \\&'so /etc/passwd \\[u201C]quoted\\[u201D] \\[u2014] end."))
    #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
  }

  /// The first of some programs that is there.
  private static let checker = [
    "/usr/bin/mandoc", "/usr/local/bin/mandoc", "/opt/homebrew/bin/mandoc", "/usr/bin/groff",
  ].first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test("The manual is sound", .enabled(if: checker != nil, "neither mandoc nor groff is here"))
  func lint() throws {
    let checker = try #require(Self.checker)
    try withTemporaryFolder { folder in
      let manual = try Program.run(["manual"], in: folder)
      #expect(manual.code == 0 && manual.talk.isEmpty)
      try Data(manual.output.utf8).write(to: folder.appendingPathComponent("holdfast.1"))
      let line =
        checker.hasSuffix("mandoc")
        ? "\(checker) -T lint -W warning holdfast.1"
        : "\(checker) -mdoc -T utf8 -ww holdfast.1 2>&1 >/dev/null"
      let outcome = try Program.shell(line, in: folder)
      #expect(
        outcome.code == 0 && outcome.output.isEmpty && outcome.talk.isEmpty,
        "\(outcome.output)\(outcome.talk)")
    }
  }
}
