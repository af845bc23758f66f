import ArgumentParser
import Foundation
import HoldfastDemo

struct DemoCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Audit the six modalities of the built-in model, harden some, and audit these again.")

  @Option(
    help: ArgumentHelp("Where the runs and the bundle go.", valueName: "folder"),
    completion: .directory)
  var output = "runs/demo"

  @Option(help: ArgumentHelp("Scenes to audit, of each modality.", valueName: "n"))
  var samples = 120

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    try Demo(folder: output, samples: samples).run(
      observer: context.console, show: context.console.result, command: context.words)
  }
}
