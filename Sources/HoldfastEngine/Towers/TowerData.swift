import Foundation
import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastFormats
import HoldfastScenes
import HoldfastTensor

/// The training and evaluation data of a tower: built-in scenes, or files.
struct TowerData {
  /// The source of the samples, in words for the model card.
  struct Source {
    let training: String
    let evaluation: String
    let isScenes: Bool
  }

  /// The names of the classes.
  let classes: [String]
  /// Training samples, as the tower learns from them.
  let supply: any TowerSupply
  /// Samples that choose among the states.
  let validation: [PreparedSample]
  /// Training samples for the baseline of the nearest neighbour.
  let known: [PreparedSample]
  /// Held-out samples.
  let evaluation: [PreparedSample]
  /// The source of the samples.
  let source: Source

  /// The scenes that the card's accuracy is measured on, those that the baseline may choose from,
  /// and those that it is asked for.
  static let (evaluationScenes, knownScenes, askedScenes) = (1000, 2000, 500)

  /// The built-in scenes.
  init(scenes recipe: TowerRecipe, _ view: SceneView, space: TowerSpace) throws {
    func scenes(_ split: SceneSplit, _ count: Int, seed: UInt64) throws -> [PreparedSample] {
      try prepared(
        SceneSet(
          generator: SceneGenerator(seed: seed), split: split, rendering: view.rendering,
          samples: count), view.preparation)
    }
    let plan = recipe.plan
    classes = SceneGenerator.classNames
    validation = try scenes(.validation, plan.validationSamples, seed: plan.seed)
    evaluation = try scenes(.evaluation, Self.evaluationScenes, seed: 0)
    known = try scenes(.train, Self.knownScenes, seed: 0)
    let endless = SceneSupply(view, space: space, seed: plan.seed, ahead: 4 * plan.batchSize)
    supply =
      recipe.scenes.map { PooledSupply(endless, size: $0, seed: plan.seed) } ?? endless
    source = Source(
      training: recipe.scenes.map { "\($0) training scenes" } ?? "the training scenes",
      evaluation: "evaluation scenes", isScenes: true)
  }

  /// Two sets of files with the same classes; a tenth of the training set chooses among the states.
  ///
  /// - Throws: `DataError` for sets that do not go together or do not fit into memory.
  init(_ training: any DataSet, _ held: any DataSet, recipe: TowerRecipe) throws {
    let preparation = recipe.configuration.preparation
    guard let names = training.classNames, names.count > 1, names == held.classNames else {
      throw DataError(
        "does not have the classes of `\(held.path)`", in: training.path,
        hint: "training and evaluation need the same two or more class names")
    }
    let input = try recipe.configuration.input
    if let count = training.count, count * input.count > 1 << 30 {
      throw DataError(
        "has \(count) samples of \(input.count) values, more than are held in memory",
        in: training.path, hint: "give fewer; a small tower does not need more")
    }
    let all = try prepared(training, preparation)
    guard all.count >= 20 else {
      throw DataError(
        "has \(all.count) samples, too few to learn from", in: training.path,
        hint: "give 20 or more")
    }
    var generator = Generator(seed: recipe.plan.seed, stream: "validation")
    let order = generator.permutation(all.count)
    validation = order.prefix(all.count / 10).map { all[$0] }
    known = order.dropFirst(all.count / 10).map { all[$0] }
    evaluation = try prepared(held, preparation)
    classes = names
    let augmentation =
      recipe.configuration.modality == .audio ? SpectrogramAugmentation(input) : nil
    supply = RecordedSupply(known, augmentation: augmentation, seed: recipe.plan.seed)
    func nameAndSplit(_ set: any DataSet) -> String {
      "`\(PathParts.name(of: set.path))`" + (set.split.map { ", split \($0)" } ?? "")
    }
    source = Source(
      training: nameAndSplit(training), evaluation: nameAndSplit(held), isScenes: false)
  }
}
