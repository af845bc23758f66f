import Foundation
package import Holdfast

/// Trains a model by `recipe` and writes its folder.
package func makeSceneModel(
  _ recipe: SceneRecipe, in folder: String, observer: any RunObserver
) throws {
  let clock = ContinuousClock()
  let began = clock.now
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try SceneRecipe.vocabulary.write(
    to: folder, contextLength: recipe.configuration.text.context)
  let tokenizer = try CLIPTokenizer(folder: URL(fileURLWithPath: folder))
  let result = try SceneTraining(recipe: recipe, tokenizer: tokenizer, observer: observer).run()
  try result.model.with(result.model.parameters.cast(to: .float16)).write(to: folder)
  try AtomicFile.write(
    recipe.preprocessor.huggingFaceJSON(side: recipe.configuration.vision.image),
    to: "\(folder)/preprocessor_config.json")
  let seconds = (clock.now - began) / .seconds(1)

  // What ships is what is measured: the written file, read back.
  let shipped = try loadCLIP(at: folder)
  let classifier = try shipped.model.zeroShotClassifier(
    for: SceneGenerator.classNames, tokenizer: tokenizer)
  let size = recipe.configuration.vision.image
  let evaluation = try accuracy(
    of: classifier.subject, on: BuiltInModel.scenes(SceneModelCard.evaluationScenes),
    shipped.preprocessor)
  let baseline = try pixelBaseline(
    train: 2000, test: SceneModelCard.baselineScenes, size: size)
  let card = SceneModelCard(
    recipe: recipe, chosen: result, seconds: seconds, evaluation: evaluation, baseline: baseline)
  try AtomicFile.write(card.markdown, to: "\(folder)/README.md")
  observer.say(
    "\(percent(evaluation)) of held-out scenes are named rightly; "
      + "\(percent(baseline)) by the nearest training picture")
}

extension ImagePreprocessor {
  /// The `preprocessor_config.json` of CLIP's steps at a side of `side` pixels.
  fileprivate func huggingFaceJSON(side: Int) -> String {
    func list(_ values: [Float]) -> String { "[\(values.map { "\($0)" }.joined(separator: ", "))]" }
    return """
      {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": true,
        "do_resize": true,
        "size": { "shortest_edge": \(side) },
        "resample": 3,
        "do_center_crop": true,
        "crop_size": { "height": \(side), "width": \(side) },
        "do_rescale": true,
        "rescale_factor": 0.00392156862745098,
        "do_normalize": true,
        "image_mean": \(list(mean)),
        "image_std": \(list(std))
      }

      """
  }
}
