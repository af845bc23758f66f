import Foundation
import Holdfast

/// Trains a CLIP model on scenes that are drawn as it learns.
struct SceneTraining {
  let recipe: SceneRecipe
  let tokenizer: CLIPTokenizer
  let observer: any RunObserver

  /// The best state on the validation scenes; `observe` sees the loss of each step.
  func run(
    observe: (Int, Double) -> Void = { _, _ in }
  ) throws -> TrainingLoop.Result<CLIPModel> {
    let (plan, preprocessor) = (recipe.plan, recipe.preprocessor)
    let fresh = try CLIPModel(
      recipe.configuration, initializedBy: Generator(seed: plan.seed, stream: "weights"),
      normalization: PixelNormalization(mean: preprocessor.mean, std: preprocessor.std))
    let model = try fresh.with(fresh.parameters.trainable())
    var stream = SceneStream(
      seed: plan.seed,
      views: [
        SceneView(
          rendering: SceneRendering(.image, size: recipe.configuration.vision.image),
          preparation: preprocessor)
      ], ahead: 4 * plan.batchSize)
    defer { stream.stop() }
    let loss = SceneLoss(tokenizer: tokenizer, captionWeight: recipe.captionWeight)
    return try TrainingLoop(plan: plan, observer: observer).run(
      model.parameters, loss: { try loss(model, stream.next(plan.batchSize)) },
      // Logits are never scaled by more than 100 (Radford et al., 2021, section 2.5).
      settle: { try model.logScale.assign(model.logScale.detached().clamped(0, log(100))) },
      examine: { try examine(model) }, observe: observe)
  }

  /// A frozen copy with its accuracy on the validation scenes.
  private func examine(_ model: CLIPModel) throws -> (CLIPModel, ProportionRecord) {
    let frozen = try model.with(model.parameters.frozen())
    let scenes = SceneSet(
      generator: SceneGenerator(seed: recipe.plan.seed), split: .validation,
      size: recipe.configuration.vision.image, samples: recipe.plan.validationSamples)
    let classifier = try frozen.zeroShotClassifier(
      for: SceneGenerator.classNames, tokenizer: tokenizer)
    return (frozen, try accuracy(of: classifier.subject, on: scenes, recipe.preprocessor))
  }
}
