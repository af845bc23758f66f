import ArgumentParser
import Holdfast

struct HardenCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "harden",
    abstract: "Put a defence around an encoder, and write it as a bundle.",
    discussion: """
      A bundle is a folder with holdfast.json and the tensors of the defence; it refers to its base, \
      a checkpoint or another bundle, by path and hash. Every command that takes --model takes a \
      bundle. Audit it: a defence is worth what it withstands under adaptive attacks.
      """)

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "A defence, with its options: r-adapt:alpha=1.2,beta=-0.8,d0=40.",
      valueName: "name[:key=value,…]"), completion: .list(DefenseTable.entries.map(\.name)))
  var method: String

  @Option(
    help: ArgumentHelp(
      "A hardened model of the same shape to learn from (an adversarially fine-tuned one).",
      valueName: "model"), completion: .model)
  var guide: String?

  @Option(
    help: ArgumentHelp(
      "A modality to harden, such as image or audio; may be repeated. By default all that can be.",
      valueName: "modality"), completion: .senses, transform: parseSense)
  var modality: [Modality] = []

  @Option(help: ArgumentHelp("The bundle's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    var request = HardenRequest(model: modelOptions.model, method: method, output: output)
    request.model = modelOptions.request
    request.guide = guide
    request.modalities = modality
    try context.engine.harden(request)
    context.console.result(output)
    context.console.say("Audit it: holdfast audit --model \(output) --data PATH")
  }
}
