import Foundation
package import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastFormats
import HoldfastTensor

/// A small tower for one more modality of a CLIP model: what it learns from, and how long.
package struct TowerRequest {
  /// The model whose space it is.
  package var base = ModelSource.builtIn
  /// The tower's modality.
  package var modality: Modality
  /// `scenes`, or a data set.
  package var data = "scenes"
  /// How many different scenes are learned from; nil for ever new ones.
  package var scenes: Int?
  /// The part of the data set to learn from.
  package var split: String?
  /// Held-out samples; nil for the test split of ``data``.
  package var evaluation: String?
  /// A file of prompt templates.
  package var templates: String?
  /// The folder to write; it may be the model's own.
  package var output: String
  /// Training steps; nil for those of the modality's recipe.
  package var steps: Int?
  /// Samples per step.
  package var batchSize = 32
  /// The highest learning rate; nil for that of the recipe.
  package var learningRate: Double?
  /// The seed of weights and of the order of samples.
  package var seed: UInt64 = 0
  /// The device that it is trained on.
  package var device = "cpu"
  /// Threads of one operation.
  package var threads = 1

  /// A tower of a modality, learned from the built-in scenes.
  package init(_ modality: Modality, output: String) {
    self.modality = modality
    self.output = output
  }
}

extension Engine {
  /// Trains a tower, writes it beside a copy of its model, and measures what was written.
  package func trainTower(_ request: TowerRequest) throws {
    try request.check()
    let device = try parseDevice(request.device)
    try Torch.setThreadCount(request.threads)
    let folder = try TowerFolder(
      base: ModelSource.resolve(request.base), output: request.output, request.modality)
    let space = try TowerSpace(at: folder.base, called: request.base, device: device)
    let recipe = try request.recipe(projection: space.width)
    try makeTower(
      recipe, request.trainingData(recipe, space, observer), space: space, in: folder,
      command: request.command(recipe), observer: observer)
  }
}

extension TowerRequest {
  /// Refuses numbers that cannot be meant.
  fileprivate func check() throws(UsageError) {
    let bounds = [
      ("steps", steps ?? 1 > 0), ("batch-size", batchSize > 1),
      ("learning-rate", learningRate ?? 1 > 0), ("threads", threads > 0),
      ("scenes", scenes ?? 1 > 0),
    ]
    for (option, isMet) in bounds where !isMet {
      throw UsageError(
        "--\(option) takes a number above \(option == "batch-size" ? 1 : 0)", option: option)
    }
  }

  fileprivate func recipe(projection: Int) throws -> TowerRecipe {
    var recipe = try TowerRecipe(modality, projection: projection)
    recipe.plan.seed = seed
    recipe.scenes = scenes
    recipe.templates = try promptTemplates(file: templates, for: modality)
    recipe.plan.batchSize = batchSize
    if let steps { recipe.plan.steps = steps }
    if let learningRate { recipe.plan.learningRate = learningRate }
    recipe.plan.warmup = min(recipe.plan.warmup, recipe.plan.steps / 10)
    // Scenes are all made alike; recordings are by many microphones in many rooms.
    if modality == .audio, data != "scenes" { recipe.configuration.standardizes = true }
    return recipe
  }

  fileprivate func trainingData(
    _ recipe: TowerRecipe, _ space: TowerSpace, _ observer: any RunObserver
  ) throws -> TowerData {
    if data == "scenes" {
      guard split == nil, evaluation == nil else {
        throw UsageError(
          "--split and --evaluation are for data sets, and scenes have splits of their own",
          hint: "leave them out", option: split == nil ? "evaluation" : "split")
      }
      guard let view = recipe.view else {
        throw UsageError(
          "scenes have no modality \(modality.rawValue)", hint: "give a data set", option: "data")
      }
      return try TowerData(scenes: recipe, view, space: space)
    }
    guard scenes == nil else {
      throw UsageError(
        "--scenes goes with the built-in scenes", hint: "leave --data out", option: "scenes")
    }
    let training = try openDataSet(at: data, modality: modality, split: split)
    training.remarks.forEach(observer.say)
    let held = try openDataSet(at: evaluation ?? data, modality: modality)
    guard evaluation != nil || training.split != held.split else {
      throw UsageError(
        "`\(data)` would be both learned from and judged by",
        hint: "name the part to learn from with --split, or other data with --evaluation",
        option: "data")
    }
    return try TowerData(training, held, recipe: recipe)
  }

  /// The command that the card names: what decides the result.
  fileprivate func command(_ recipe: TowerRecipe) -> String {
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
