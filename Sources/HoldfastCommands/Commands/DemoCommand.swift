import ArgumentParser
import Foundation
import Holdfast

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Audit the built-in model, harden it, and audit it again.")

  @Option(help: ArgumentHelp("Where the runs and the bundle go.", valueName: "folder"))
  var output = "runs/demo"

  @Option(help: ArgumentHelp("Scenes to audit.", valueName: "n"))
  var samples = 100

  func run() throws {
    try Demo(folder: output, samples: samples, console: .standard).run()
  }
}
