import Foundation
import Holdfast

/// The README.md of a model trained on scenes: what it is, how it was made, what it can do.
struct SceneModelCard {
  /// The scenes that the card's accuracy is measured on.
  static let evaluationScenes = 2000
  /// Those that the nearest-neighbour baseline is measured on.
  static let baselineScenes = 500

  let recipe: SceneRecipe
  let chosen: Trained<CLIPModel>
  let seconds: Double
  let evaluation: ProportionRecord
  let baseline: ProportionRecord

  var markdown: String {
    let (vision, text) = (recipe.configuration.vision, recipe.configuration.text)
    return """
      ---
      license: apache-2.0
      pipeline_tag: zero-shot-image-classification
      ---

      # tiny-bind

      A small model for trying out Holdfast without downloading anything. It is too small \
      for photographs and recordings: it knows the drawn scenes of Holdfast's own generator, twenty shapes in ten \
      colours and five textures, and the words that tell them.

      | | |
      |---|---|
      | images | \(vision.image)×\(vision.image) pixels, patches of \(vision.patch) |
      | vision tower | \(vision.layers) layers, width \(vision.width), \(vision.heads) heads |
      | text tower | \(text.layers) layers, width \(text.width), \(text.heads) heads, \
      \(text.vocabulary) tokens, context \(text.context) |
      | embeddings | \(recipe.configuration.projection) wide |
      | parameters | \(chosen.model.parameters.elementCount), stored as float16 |

      Each further modality has a small tower in `towers/<modality>`, bound to the frozen space of images \
      and texts as ImageBind binds its modalities; their sections are below.

      ## Images and texts

          holdfast make-demo-model --steps \(recipe.plan.steps) --batch-size \(recipe.plan.batchSize) \
      --seed \(recipe.plan.seed) --output tiny-bind

      \(recipe.plan.steps) steps of \(recipe.plan.batchSize) scenes from the training split, in \
      \(timeSpan(seconds)) on \(Torch.threadCount) CPU thread(s): cross-entropy over the \
      prompts "a photo of a {}." plus \(recipe.captionWeight) × a symmetric contrastive loss with \
      captions; AdamW, learning rate \(recipe.plan.learningRate) with \(recipe.plan.warmup) steps of warm-up \
      and a cosine, weight decay \(recipe.plan.weightDecay). The state of step \(chosen.step) did best on \
      \(chosen.validation.total) validation scenes: \(percent(chosen.validation)). No training \
      against attacks.

      Printed by the same command, for the stored weights. The splits hold out combinations of \
      shape, colour and texture, not only seeds.

      | on evaluation scenes | accuracy (95 % interval) | scenes |
      |---|---:|---:|
      | the model, zero-shot | \(percent(evaluation)) | \(evaluation.total) |
      | the nearest of 2000 training pictures | \(percent(baseline)) | \(baseline.total) |

      `holdfast demo` prints how it does under attack.

      Licence: Apache-2.0. All of it was made by this project: scenes, captions, tokeniser, weights.

      """
  }
}
