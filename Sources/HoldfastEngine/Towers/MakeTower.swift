import Foundation
import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastLayers
import HoldfastScenes
import HoldfastTensor

/// Trains a tower, writes it, and measures what was written.
func makeTower(
  _ recipe: TowerRecipe, _ data: TowerData, space: TowerSpace, in folder: TowerFolder,
  command: String, observer: any RunObserver
) throws {
  let clock = ContinuousClock()
  let began = clock.now
  let training = TowerTraining(
    recipe: recipe, space: space, classes: data.classes, observer: observer)
  let result = try training.run(data.supply, validation: data.validation)
  let seconds = (clock.now - began) / .seconds(1)
  try folder.copyBase()
  let halves = try result.model.with(result.model.parameters.cast(to: .float16))
  try halves.write(to: folder.tower)

  // The written file is read back and measured, as it is what ships.
  let tower = try TinyBindTower(at: folder.tower, device: space.image.encoder.device)
  let subject = Subject(
    encoder: tower.encoder,
    head: Head(
      anchors: try space.anchors(for: data.classes, recipe.templates), scale: space.image.scale))
  let evaluation = try accuracy(of: subject, on: data.evaluation)
  let baseline = try nearestNeighbourBaseline(
    train: data.known, test: Array(data.evaluation.prefix(TowerData.askedScenes)),
    input: tower.encoder.input)
  let card = TowerCard(
    recipe: recipe, tower: tower, command: command, source: data.source, chosen: result,
    seconds: seconds, evaluation: evaluation, baseline: baseline,
    baselineSamples: data.known.count,
    retrievals: data.source.isScenes ? try retrievals(data, tower, space) : [],
    startsAsImage: TinyBindTower.starts(recipe.configuration, from: space.model))
  try card.write(to: folder.output)
  observer.say(
    "\(percent(evaluation)) of held-out samples are named rightly; "
      + "\(percent(baseline)) by the nearest training sample")
}

/// How scenes are found across modalities, and by what is said about them.
private func retrievals(
  _ data: TowerData, _ tower: TinyBindTower, _ space: TowerSpace
) throws -> [TowerCard.Retrieval] {
  let samples = Array(data.evaluation.prefix(TowerData.askedScenes))
  let generator = SceneGenerator(seed: 0)
  let pictures = try prepared(
    SceneSet(
      generator: generator, split: .evaluation, rendering: SceneRendering(.image),
      samples: samples.count), space.image.preparation)
  let sense = SceneSense(rawValue: tower.modality.rawValue) ?? .image
  let captions = samples.indices.map {
    SceneCaptions.caption(generator.scene(.evaluation, $0), for: sense)
  }
  let own = try unitEmbeddings(of: samples, by: tower.encoder)
  return [
    .init(
      partner: "images",
      figures: try SceneRetrieval(
        rows: own, columns: unitEmbeddings(of: pictures, by: space.image.encoder))),
    .init(
      partner: "captions",
      figures: try SceneRetrieval(
        rows: own, columns: space.embed(texts: captions), captions: captions)),
  ]
}
