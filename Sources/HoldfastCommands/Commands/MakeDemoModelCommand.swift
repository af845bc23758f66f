import ArgumentParser
import Foundation
import Holdfast

struct MakeDemoModelCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-demo-model",
    abstract: "Train the images and texts of the model that ships, on scenes drawn as it goes.",
    discussion: """
      Writes a folder in Hugging Face's layout with a tokeniser of its own and a model card. The \
      state that does best on validation scenes is kept; the figures in the card are those of the \
      written file, on evaluation scenes. `holdfast train-tower` adds the further senses.
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

  func run() throws {
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
    try makeSceneModel(recipe, in: output, console: .standard)
    Console.standard.result(output)
  }
}

/// Trains a model by `recipe` and writes its folder.
func makeSceneModel(_ recipe: SceneRecipe, in folder: String, console: Console) throws {
  let clock = ContinuousClock()
  let began = clock.now
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try SceneRecipe.vocabulary.write(
    to: folder, contextLength: recipe.configuration.text.context)
  let tokenizer = try CLIPTokenizer(folder: URL(fileURLWithPath: folder))
  let result = try SceneTraining(recipe: recipe, tokenizer: tokenizer, console: console).run()
  try result.model.with(result.model.parameters.cast(to: .float16)).write(to: folder)
  try AtomicFile.write(
    recipe.preprocessor.huggingFaceJSON(side: recipe.configuration.vision.image),
    to: "\(folder)/preprocessor_config.json")
  let seconds = (clock.now - began) / .seconds(1)

  // What ships is what is measured: the written file, read back.
  let shipped = try loadCLIP(at: folder)
  let classifier = try shipped.model.zeroShotClassifier(
    for: SceneGenerator.classNames, tokenizer: tokenizer)
  let size = recipe.configuration.vision.image
  let evaluation = try accuracy(
    of: classifier.subject, on: BuiltInModel.scenes(SceneModelCard.evaluationScenes),
    shipped.preprocessor)
  let baseline = try pixelBaseline(
    train: 2000, test: SceneModelCard.baselineScenes, size: size)
  let card = SceneModelCard(
    recipe: recipe, chosen: result, seconds: seconds, evaluation: evaluation, baseline: baseline)
  try AtomicFile.write(card.markdown, to: "\(folder)/README.md")
  console.say(
    "\(SceneModelCard.spell(evaluation)) of held-out scenes are named rightly; "
      + "\(SceneModelCard.spell(baseline)) by the nearest training picture")
}

extension ImagePreprocessor {
  /// The `preprocessor_config.json` of CLIP's steps at a side of `side` pixels.
  fileprivate func huggingFaceJSON(side: Int) -> String {
    func list(_ values: [Float]) -> String { "[\(values.map { "\($0)" }.joined(separator: ", "))]" }
    return """
      {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": true,
        "do_resize": true,
        "size": { "shortest_edge": \(side) },
        "resample": 3,
        "do_center_crop": true,
        "crop_size": { "height": \(side), "width": \(side) },
        "do_rescale": true,
        "rescale_factor": 0.00392156862745098,
        "do_normalize": true,
        "image_mean": \(list(mean)),
        "image_std": \(list(std))
      }

      """
  }
}
