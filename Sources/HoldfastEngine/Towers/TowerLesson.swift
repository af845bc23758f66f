import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTraining

/// A tower that learns to lie where its frozen space has the prompts, the pictures and the captions of
/// the same thing.
///
/// Its samples come from a stream, so it goes on from the first batch only.
final class TowerLesson: Lesson {
  private let tower: TinyBindTower
  private let loss: TowerLoss
  private let batchSize: Int
  private let head: Head
  private let validation: [PreparedSample]
  private var supply: any TowerSupply

  /// A fresh tower of the recipe's seed.
  init(
    _ recipe: TowerRecipe, space: TowerSpace, classes: [String], _ supply: any TowerSupply,
    validation: [PreparedSample]
  ) throws {
    let configuration = recipe.configuration
    let fresh = try TinyBindTower(
      configuration, startingFrom: space.model,
      initializedBy: Generator(seed: recipe.plan.seed, stream: configuration.modality.rawValue),
      device: space.image.encoder.device)
    tower = try fresh.with(fresh.parameters.trainable())
    let anchors = try space.anchors(for: classes, recipe.templates)
    head = Head(anchors: anchors, scale: space.image.scale)
    loss = try TowerLoss(
      space, anchors: anchors, weights: (recipe.imageWeight, recipe.captionWeight))
    batchSize = recipe.plan.batchSize
    self.validation = validation
    self.supply = supply
  }

  var leaves: ParameterStore { tower.parameters }

  func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
    let value = try loss(tower.encoder, supply.next(batchSize))
    try descend(LessonPart([Term("binding", value)], samples: batchSize))
  }

  func examine(_ leaves: ParameterStore) throws -> Examination {
    let subject = Subject(encoder: try tower(of: leaves.frozen()).encoder, head: head)
    return Examination(validation: try accuracy(of: subject, on: validation))
  }

  /// The tower over other parameters.
  func tower(of parameters: ParameterStore) throws -> TinyBindTower {
    try tower.with(parameters)
  }

  /// Stops work in the background.
  func stop() { supply.stop() }
}
