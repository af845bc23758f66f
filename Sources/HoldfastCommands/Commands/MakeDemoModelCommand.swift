import ArgumentParser
import Foundation
import Holdfast
import HoldfastDemo

struct MakeDemoModelCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-demo-model",
    abstract: "Train the image and text towers of the built-in model, on scenes drawn meanwhile.",
    discussion: """
      Writes a folder in Hugging Face's layout with a tokeniser of its own and a model card. The \
      checkpoint that does best on validation scenes is kept; the figures in the card are those of the \
      written file, on evaluation scenes. `holdfast train-tower` adds the further modalities.
      """)

  @Option(
    help: ArgumentHelp("The folder to write, in Hugging Face's layout.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("Training steps.", valueName: "n"))
  var steps = SceneRecipe().plan.steps

  @Option(help: ArgumentHelp("Scenes per step.", valueName: "n"))
  var batchSize = SceneRecipe().plan.batchSize

  @Option(help: ArgumentHelp("The seed of weights and scenes."))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Threads of one operation; with one, the weights do not depend on the machine's cores.",
      valueName: "n"))
  var threads = 1

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    guard steps > 0 else { throw UsageError("--steps takes a number above 0") }
    guard batchSize > 0 else { throw UsageError("--batch-size takes a number above 0") }
    guard threads > 0 else { throw UsageError("--threads takes a number above 0") }
    guard !FileManager.default.fileExists(atPath: "\(output)/model.safetensors") else {
      throw UsageError("`\(output)` holds a model already", hint: "give another --output")
    }
    try Torch.setThreadCount(threads)
    var recipe = SceneRecipe()
    (recipe.plan.steps, recipe.plan.batchSize, recipe.plan.seed) = (steps, batchSize, seed)
    recipe.plan.warmup = min(recipe.plan.warmup, steps / 10)
    try makeSceneModel(recipe, in: output, observer: context.console)
    context.console.result(output)
  }
}
