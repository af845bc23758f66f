import ArgumentParser
import Holdfast

struct ExportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a model back as a folder that its own library loads.",
    discussion: """
      Weights become safetensors in the layout, under the names and in the element types that they \
      were read in; the configuration, the tokenizer and the preprocessor beside them are copied. \
      transformers loads a folder that was in its layout, open_clip one that was in its own, with \
      the same embeddings. Of a bundle whose defences are trained weights or adapters, the weights are \
      written as they are with these, in the layout of its base. The folder must not exist, or must be empty.
      """)

  @Argument(
    help: ArgumentHelp(
      "A folder, a file of weights, hf:org/repo, `builtin`, or a bundle of trained weights.",
      valueName: "model"),
    completion: .model)
  var model: String

  @Option(
    help: ArgumentHelp(
      "A fine-tuned vision tower (FARE, TeCoA) to write in place of the model's own.",
      valueName: "file"), completion: .file())
  var vision: String?

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"), completion: .directory)
  var output: String

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let export = try context.engine.export(model, vision: vision)
    try export.write(to: output)
    context.console.result(output)
    context.console.say("\(export.family): \(export.files.joined(separator: ", "))")
  }
}
