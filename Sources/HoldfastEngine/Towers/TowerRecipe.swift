import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastScenes
import HoldfastText

/// How a tower is made: its sizes, how long it learns, and by what.
struct TowerRecipe {
  /// The sizes.
  var configuration: TinyBindConfiguration
  /// How long and how fast it learns.
  var plan: LearningPlan
  /// The prompts of a class, whose embeddings it is named by.
  var templates: PromptTemplates
  /// How many different scenes are learned from; nil for new ones in every step.
  var scenes: Int?
  /// How much pictures of the same thing weigh beside the naming of classes.
  var imageWeight = 0.5
  /// How much captions weigh.
  var captionWeight = 0.25

  /// The recipe of a modality, into a space of a width.
  ///
  /// - Throws: `UsageError` for a modality that has no tower of this family.
  init(_ modality: Modality, projection: Int) throws(UsageError) {
    guard let small = TinyBindConfiguration.small(modality, projection: projection) else {
      throw UsageError(
        "there is no small tower for the modality \(modality.rawValue)",
        hint:
          "choose from \(TinyBindConfiguration.modalities.map(\.rawValue).joined(separator: ", "))"
      )
    }
    configuration = small
    templates = .standard(for: modality)
    plan = LearningPlan(
      steps: 1500, batchSize: 32, learningRate: 1.5e-3, warmup: 50, interval: 250,
      validationSamples: 400)
  }

  /// How scenes are made for the tower.
  var view: SceneView? {
    SceneSense(rawValue: configuration.modality.rawValue).map { sense in
      SceneView(rendering: configuration.rendering(sense), preparation: configuration.preparation)
    }
  }
}

extension TinyBindConfiguration {
  /// Scenes at the tower's own sizes, so that preparation has little to do.
  fileprivate func rendering(_ scene: SceneSense) -> SceneRendering {
    switch sense {
    case .audio(_, let rate, let seconds):
      SceneRendering(scene, rate: rate, seconds: seconds)
    case .video(let frames, let side): SceneRendering(scene, size: side, frames: frames)
    case .thermal(let side): SceneRendering(scene, size: side)
    // As the scenes are written to files: a sensor has its own size.
    case .event, .points: SceneRendering(scene)
    }
  }
}
