import ArgumentParser
import Holdfast

struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Print the manual.",
    discussion: """
      It is a page for man: read it with `holdfast manual | man -l -`, or put it into \
      ~/.local/share/man/man1/holdfast.1. With --markdown it is the reference page of the \
      documentation, which also lists attacks, defences, losses and data sets.
      """)

  @Flag(help: "Print the reference page.")
  var markdown = false

  func run() throws {
    let root = try CommandHelp.own()
    Console.standard().result(
      markdown ? ReferencePage(root: root).text() : ManualPage(root: root).text())
  }
}
