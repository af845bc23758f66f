import ArgumentParser
import Foundation
import Holdfast

struct TrainTowerCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-tower",
    abstract: "Train a small tower for one more sense into the space of a CLIP model.",
    discussion: """
      The model stays as it is; the tower learns to lie where the prompts of its classes lie and, \
      on built-in scenes, where their pictures and captions lie. The folder that is written is a \
      copy of the model with towers/<sense> beside it, and a section in its model card with figures \
      of the written file on held-out samples.
      """)

  @Option(
    help: ArgumentHelp(
      "The model whose space it is: a CLIP folder, hf:org/repo, or `builtin`.", valueName: "model"),
    completion: .model)
  var base = ModelSource.builtIn

  @Option(
    help: ArgumentHelp(
      "The tower's sense: video, audio, thermal, points or event.", valueName: "sense"),
    completion: .senses, transform: parseSense)
  var modality: Modality

  @Option(
    help: ArgumentHelp(
      "What to learn from: `scenes`, which are built in, or a data set.", valueName: "path"),
    completion: .data)
  var data = "scenes"

  @Option(
    help: ArgumentHelp(
      "How many different scenes to learn from, all in memory; ever new ones by default.",
      valueName: "n"))
  var scenes: Int?

  @Option(help: ArgumentHelp("The part of the data set to learn from.", valueName: "name"))
  var split: String?

  @Option(
    help: ArgumentHelp(
      "Held-out samples to judge by; by default the test split of --data.", valueName: "path"),
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

  func run() throws {
    guard steps ?? 1 > 0 else { throw UsageError("--steps takes a number above 0") }
    guard batchSize > 1 else { throw UsageError("--batch-size takes a number above 1") }
    guard learningRate ?? 1 > 0 else { throw UsageError("--learning-rate takes a number above 0") }
    guard threads > 0 else { throw UsageError("--threads takes a number above 0") }
    guard scenes ?? 1 > 0 else { throw UsageError("--scenes takes a number above 0") }
    let device = try parseDevice(device)
    try Torch.setThreadCount(threads)
    let folder = try TowerFolder(base: ModelSource.resolve(base), output: output, modality)
    let space = try TowerSpace(at: folder.base, called: base, device: device)
    var recipe = try TowerRecipe(modality, projection: space.width)
    recipe.plan.seed = seed
    recipe.scenes = scenes
    recipe.templates = try promptTemplates(file: templates, for: modality)
    recipe.plan.batchSize = batchSize
    if let steps { recipe.plan.steps = steps }
    if let learningRate { recipe.plan.learningRate = learningRate }
    recipe.plan.warmup = min(recipe.plan.warmup, recipe.plan.steps / 10)
    // Scenes are all made alike; recordings are by many microphones in many rooms.
    if modality == .audio, data != "scenes" { recipe.configuration.standardizes = true }
    let lesson = try lesson(recipe, space)
    try makeTower(
      recipe, lesson, space: space, in: folder, command: command(recipe), console: .standard)
    Console.standard.result(output)
  }

  private func lesson(_ recipe: TowerRecipe, _ space: TowerSpace) throws -> TowerLesson {
    if data == "scenes" {
      guard split == nil, evaluation == nil else {
        throw UsageError(
          "--split and --evaluation are for data sets, and scenes have splits of their own",
          hint: "leave them out")
      }
      guard let view = recipe.view else {
        throw UsageError("scenes have no sense \(modality.rawValue)", hint: "give a data set")
      }
      return try TowerLesson(scenes: recipe, view, space: space)
    }
    guard scenes == nil else {
      throw UsageError("--scenes goes with the built-in scenes", hint: "leave --data out")
    }
    let training = try openDataSet(at: data, modality: modality, split: split)
    let held = try openDataSet(at: evaluation ?? data, modality: modality)
    guard evaluation != nil || training.split != held.split else {
      throw UsageError(
        "`\(data)` would be both learned from and judged by",
        hint: "name the part to learn from with --split, or other data with --evaluation")
    }
    return try TowerLesson(training, held, recipe: recipe)
  }

  /// The command that the card names: what decides the result.
  private func command(_ recipe: TowerRecipe) -> String {
    func option(_ name: String, _ value: String?) -> String {
      value.map { " --\(name) \($0)" } ?? ""
    }
    var text = "holdfast train-tower --base \(base) --modality \(modality.rawValue)"
    text += option("data", data == "scenes" ? nil : PathParts.name(of: data))
    text += option("scenes", scenes.map(String.init)) + option("split", split)
    text += option("evaluation", evaluation.map(PathParts.name))
    text += option("templates", templates.map(PathParts.name))
    return text + " --steps \(recipe.plan.steps) --batch-size \(batchSize)"
      + " --learning-rate \(recipe.plan.learningRate) --seed \(seed) --output FOLDER"
  }
}

/// Trains a tower, writes it, and measures what was written.
func makeTower(
  _ recipe: TowerRecipe, _ lesson: TowerLesson, space: TowerSpace, in folder: TowerFolder,
  command: String, console: Console
) throws {
  let clock = ContinuousClock()
  let began = clock.now
  let training = TowerTraining(
    recipe: recipe, space: space, classes: lesson.classes, console: console)
  let result = try training.run(lesson.supply, validation: lesson.validation)
  let seconds = (clock.now - began) / .seconds(1)
  try folder.copyBase()
  let halves = try result.model.with(result.model.parameters.cast(to: .float16))
  try halves.write(to: folder.tower)

  // What ships is what is measured: the written file, read back.
  let tower = try TinyBindTower(at: folder.tower, device: space.image.encoder.device)
  let subject = Subject(
    encoder: tower.encoder,
    head: Head(
      anchors: try space.anchors(for: lesson.classes, recipe.templates), scale: space.image.scale))
  let evaluation = try accuracy(of: subject, on: lesson.evaluation)
  let baseline = try nearestNeighbourBaseline(
    train: lesson.known, test: Array(lesson.evaluation.prefix(TowerLesson.askedScenes)),
    input: tower.encoder.input)
  let card = TowerCard(
    recipe: recipe, tower: tower, command: command, source: lesson.source, chosen: result,
    seconds: seconds, evaluation: evaluation, baseline: baseline,
    baselineSamples: lesson.known.count,
    retrievals: lesson.source.isScenes ? try retrievals(lesson, tower, space) : [],
    startsAsImage: TinyBindTower.starts(recipe.configuration, from: space.model))
  try card.write(to: folder.output)
  console.say(
    "\(SceneModelCard.spell(evaluation)) of held-out samples are named rightly; "
      + "\(SceneModelCard.spell(baseline)) by the nearest training sample")
}

/// How scenes are found across senses, and by what is said about them.
private func retrievals(
  _ lesson: TowerLesson, _ tower: TinyBindTower, _ space: TowerSpace
) throws -> [TowerCard.Retrieval] {
  let samples = Array(lesson.evaluation.prefix(TowerLesson.askedScenes))
  let generator = SceneGenerator(seed: 0)
  let pictures = try prepared(
    SceneSet(
      generator: generator, split: .evaluation, rendering: SceneRendering(.image),
      samples: samples.count), space.image.preparation)
  let sense = SceneSense(rawValue: tower.modality.rawValue) ?? .image
  let captions = samples.indices.map {
    SceneCaptions.caption(generator.scene(.evaluation, $0), for: sense)
  }
  let own = try unitEmbeddings(of: samples, by: tower.encoder)
  return [
    .init(
      partner: "images",
      figures: try SceneRetrieval(
        rows: own, columns: unitEmbeddings(of: pictures, by: space.image.encoder))),
    .init(
      partner: "captions",
      figures: try SceneRetrieval(
        rows: own, columns: space.embed(texts: captions), captions: captions)),
  ]
}
