import ArgumentParser
import Holdfast

struct TrainTowerCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-tower",
    abstract: "Train a small tower for one more modality into the space of a CLIP model.",
    discussion: """
      The model stays as it is. The tower learns to embed samples near the prompts of their classes \
      and, on built-in scenes, near the pictures and captions of the same scenes. The output is a \
      copy of the model with towers/<modality> beside it, and a section in its model card with figures \
      of the written file on held-out samples.
      """)

  @Option(
    help: ArgumentHelp(
      "The model of the space: a CLIP folder, hf:org/repo, or `builtin`.", valueName: "model"),
    completion: .model)
  var base = ModelSource.builtIn

  @Option(
    help: ArgumentHelp(
      "The tower's modality: video, audio, thermal, points or event.", valueName: "modality"),
    completion: .senses, transform: parseSense)
  var modality: Modality

  @Option(
    help: ArgumentHelp(
      "The training data: `scenes`, which are built in, or a data set.", valueName: "path"),
    completion: .data)
  var data = "scenes"

  @Option(
    help: ArgumentHelp(
      "How many different scenes to train on, all in memory; by default new ones in every step.",
      valueName: "n"))
  var scenes: Int?

  @Option(help: ArgumentHelp("The part of the data set to learn from.", valueName: "name"))
  var split: String?

  @Option(
    help: ArgumentHelp(
      "Held-out samples for the evaluation; by default the test split of --data.", valueName: "path"
    ),
    completion: .data)
  var evaluation: String?

  @Option(
    help: ArgumentHelp(
      "Prompt templates, one per line, with {} for the class; audits need the same.",
      valueName: "file"), completion: .file())
  var templates: String?

  @Option(
    help: ArgumentHelp("The folder to write; it may be the model's own.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("Training steps.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Samples per step.", valueName: "n"))
  var batchSize = 32

  @Option(help: ArgumentHelp("The highest learning rate.", valueName: "rate"))
  var learningRate: Double?

  @Option(help: ArgumentHelp("The seed of weights and of the order of samples."))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("cpu, cuda, cuda:N or mps.", valueName: "device"))
  var device = "cpu"

  @Option(
    help: ArgumentHelp(
      "Threads of one operation; with one, the weights do not depend on the machine's cores.",
      valueName: "n"))
  var threads = 1

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    var request = TowerRequest(modality, output: output)
    request.base = base
    request.data = data
    request.scenes = scenes
    request.split = split
    request.evaluation = evaluation
    request.templates = templates
    request.steps = steps
    request.batchSize = batchSize
    request.learningRate = learningRate
    request.seed = seed
    request.device = device
    request.threads = threads
    try context.engine.trainTower(request)
    context.console.result(output)
  }
}
