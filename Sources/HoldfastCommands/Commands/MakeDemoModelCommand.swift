import ArgumentParser
import Foundation
import Holdfast

struct MakeDemoModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-demo-model",
    abstract: "Train the model that ships with Holdfast, on scenes drawn as it goes.")

  @Option(help: ArgumentHelp("The folder to write, in Hugging Face's layout.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Training steps.", valueName: "n"))
  var steps = 3000

  @Option(help: ArgumentHelp("Scenes per step.", valueName: "n"))
  var batchSize = 64

  @Option(help: ArgumentHelp("The seed of weights and scenes."))
  var seed: UInt64 = 0

  func run() throws {
    throw UsageError("not there")
  }
}
