import Holdfast

/// How the built-in model is made: its sizes, its tokeniser, and how long it learns.
struct SceneRecipe {
  /// Optimiser steps.
  var steps = 4500
  /// Scenes per step.
  var batchSize = 64
  /// The seed of weights and scenes.
  var seed: UInt64 = 0
  /// The highest learning rate of the cosine schedule.
  var learningRate = 1.5e-3
  /// Steps in which the rate rises.
  var warmup = 200
  /// The decay of matrices; gains and shifts do not decay.
  var weightDecay = 0.05
  /// The most that all gradients together may measure.
  var gradientNorm = 1.0
  /// How much the matching of captions weighs beside the naming of shapes.
  var captionWeight = 0.25
  /// The steps from one look at the validation scenes to the next.
  var interval = 500
  /// The validation scenes that choose among the states of the training.
  var validationScenes = 500
  /// The model's sizes.
  var configuration = SceneRecipe.tiny

  /// A vision transformer of 0.5 million parameters, and a text tower for short sentences.
  static let tiny = CLIPConfiguration(
    vision: .init(width: 96, layers: 4, heads: 3, patch: 8, image: SceneDrawing.recommendedSize),
    text: .init(
      width: 64, layers: 2, heads: 2, vocabulary: vocabulary.tokens.count, context: 32,
      endToken: .id(vocabulary.endID)),
    projection: 64)

  /// One token for every word that a caption or a prompt may contain.
  static let vocabulary = BytePairVocabulary(learnedFrom: SceneCaptions.vocabulary)

  /// CLIP's own steps at the tower's size.
  var preprocessor: ImagePreprocessor { .clip(size: configuration.vision.image) }
}
