import Foundation
import Holdfast

/// A CLIP model that learns the names of shapes, and the captions of scenes.
///
/// Its scenes come from a stream, so it goes on from the first batch only.
final class SceneLesson: Lesson {
  private let recipe: SceneRecipe
  private let tokenizer: CLIPTokenizer
  private let model: CLIPModel
  private let loss: SceneLoss
  private var stream: SceneStream

  /// A fresh model of the recipe's seed.
  init(_ recipe: SceneRecipe, _ tokenizer: CLIPTokenizer) throws {
    self.recipe = recipe
    self.tokenizer = tokenizer
    let (plan, preprocessor) = (recipe.plan, recipe.preprocessor)
    let fresh = try CLIPModel(
      recipe.configuration, initializedBy: Generator(seed: plan.seed, stream: "weights"),
      normalization: PixelNormalization(mean: preprocessor.mean, std: preprocessor.std))
    model = try fresh.with(fresh.parameters.trainable())
    loss = SceneLoss(tokenizer: tokenizer, captionWeight: recipe.captionWeight)
    stream = SceneStream(
      seed: plan.seed,
      views: [
        SceneView(
          rendering: SceneRendering(.image, size: recipe.configuration.vision.image),
          preparation: preprocessor)
      ], ahead: 4 * plan.batchSize)
  }

  var leaves: ParameterStore { model.parameters }

  func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
    let count = recipe.plan.batchSize
    let value = try loss(model, stream.next(count))
    try descend(LessonPart([Term("names and captions", value)], samples: count))
  }

  func settle(after step: Int) throws {
    // Logits are never scaled by more than 100 (Radford et al., 2021, section 2.5).
    try model.logScale.assign(model.logScale.detached().clamped(0, log(100)))
  }

  func examine(_ leaves: ParameterStore) throws -> Examination {
    let scenes = SceneSet(
      generator: SceneGenerator(seed: recipe.plan.seed), split: .validation,
      size: recipe.configuration.vision.image, samples: recipe.plan.validationSamples)
    let classifier = try model(of: leaves.frozen()).zeroShotClassifier(
      for: SceneGenerator.classNames, tokenizer: tokenizer)
    return Examination(
      validation: try accuracy(of: classifier.subject, on: scenes, recipe.preprocessor))
  }

  /// The model over other parameters.
  func model(of parameters: ParameterStore) throws -> CLIPModel { try model.with(parameters) }

  /// Stops drawing scenes.
  func stop() { stream.stop() }
}
