import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor

/// Trains a tower into a frozen space.
struct TowerTraining {
  let recipe: TowerRecipe
  let space: TowerSpace
  /// The names of the classes.
  let classes: [String]
  let observer: any RunObserver

  /// The state that does best on the validation samples; `observe` sees the loss of each step.
  func run(
    _ supply: any TowerSupply, validation: [PreparedSample],
    observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> TrainingLoop.Result<TinyBindTower> {
    let (plan, configuration) = (recipe.plan, recipe.configuration)
    let fresh = try TinyBindTower(
      configuration, startingFrom: space.model,
      initializedBy: Generator(seed: plan.seed, stream: configuration.modality.rawValue),
      device: space.image.encoder.device)
    let tower = try fresh.with(fresh.parameters.trainable())
    let anchors = try space.anchors(for: classes, recipe.templates)
    let loss = try TowerLoss(
      space, anchors: anchors, weights: (recipe.imageWeight, recipe.captionWeight))
    var supply = supply
    defer { supply.stop() }
    return try TrainingLoop(plan: plan, observer: observer).run(
      tower.parameters, loss: { try loss(tower.encoder, supply.next(plan.batchSize)) },
      examine: {
        let frozen = try tower.with(tower.parameters.frozen())
        let subject = Subject(
          encoder: frozen.encoder, head: Head(anchors: anchors, scale: space.image.scale))
        return (frozen, try accuracy(of: subject, on: validation))
      }, observe: observe)
  }
}
