package import Holdfast

/// How the built-in model is made: its sizes, its tokeniser, and how long it learns.
package struct SceneRecipe {
  /// How long and how fast it learns.
  package var plan = LearningPlan()
  /// How much the matching of captions weighs beside the naming of shapes.
  package var captionWeight = 0.25
  /// The model's sizes.
  package var configuration = SceneRecipe.tiny

  /// The recipe of the model that ships.
  package init() {}

  /// A vision transformer of 0.5 million parameters, and a text tower for short sentences.
  package static let tiny = CLIPConfiguration(
    vision: .init(width: 96, layers: 4, heads: 3, patch: 8, image: SceneDrawing.recommendedSize),
    text: .init(
      width: 64, layers: 2, heads: 2, vocabulary: vocabulary.tokens.count, context: 32,
      endToken: .id(vocabulary.endID)),
    projection: 64)

  /// One token for every word that a caption or a prompt may contain.
  package static let vocabulary = BytePairVocabulary(learnedFrom: SceneCaptions.vocabulary)

  /// CLIP's own steps at the tower's size.
  package var preprocessor: ImagePreprocessor { .clip(size: configuration.vision.image) }
}
