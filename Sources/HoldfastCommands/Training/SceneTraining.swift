import Foundation
import Holdfast

/// Trains a CLIP model on scenes that are drawn as it learns.
struct SceneTraining {
  /// A state of the model, and how it does on the validation scenes.
  struct Result {
    let model: CLIPModel
    let validation: ProportionRecord
    let step: Int
  }

  let recipe: SceneRecipe
  let tokenizer: CLIPTokenizer
  let console: Console

  /// The best state on the validation scenes; `observe` sees the loss of each step.
  func run(observe: (Int, Double) -> Void = { _, _ in }) throws -> Result {
    let preprocessor = recipe.preprocessor
    let fresh = try CLIPModel(
      recipe.configuration, initializedBy: Generator(seed: recipe.seed, stream: "weights"),
      normalization: PixelNormalization(mean: preprocessor.mean, std: preprocessor.std))
    let model = try fresh.with(fresh.parameters.trainable())
    var stream = SceneStream(
      seed: recipe.seed, preprocessor: preprocessor, size: recipe.configuration.vision.image,
      ahead: 4 * recipe.batchSize)
    defer { stream.stop() }
    let loss = SceneLoss(tokenizer: tokenizer, captionWeight: recipe.captionWeight)
    let learner = try Learner(model, recipe)
    var progress = TrainingProgress(console, recipe)
    var best: Result?
    for step in 0..<recipe.steps {
      let value = try loss(model, stream.next(recipe.batchSize))
      try learner.step(value, number: step)
      let seen = try value.item()
      observe(step, seen)
      progress.update(step: step + 1, loss: seen)
      guard (step + 1).isMultiple(of: recipe.interval) || step + 1 == recipe.steps else { continue }
      let result = try examine(model, step: step + 1)
      progress.report(result.validation, step: step + 1)
      if result.validation.value >= best?.validation.value ?? 0 { best = result }
    }
    progress.end()
    return try best ?? examine(model, step: recipe.steps)
  }

  /// A frozen copy with its accuracy on the validation scenes.
  private func examine(_ model: CLIPModel, step: Int) throws -> Result {
    let frozen = try model.with(model.parameters.frozen())
    let scenes = SceneSet(
      generator: SceneGenerator(seed: recipe.seed), split: .validation,
      size: recipe.configuration.vision.image, samples: recipe.validationScenes)
    let classifier = try frozen.zeroShotClassifier(
      for: SceneGenerator.classNames, tokenizer: tokenizer)
    let validation = try accuracy(of: classifier.subject, on: scenes, recipe.preprocessor)
    return Result(model: frozen, validation: validation, step: step)
  }
}

/// Moves the parameters of a model: AdamW, where matrices decay and gains and shifts do not.
private struct Learner {
  private let groups: [(parameters: [Tensor], optimizer: Optimizer)]
  private let logScale: Tensor
  private let schedule: CosineSchedule
  private let gradientNorm: Double

  init(_ model: CLIPModel, _ recipe: SceneRecipe) throws {
    let all = model.parameters.names.compactMap { model.parameters[$0] }
    let kinds = [
      (all.filter { $0.rank >= 2 }, recipe.weightDecay), (all.filter { $0.rank < 2 }, 0),
    ]
    groups = try kinds.map { parameters, decay in
      (parameters, try .adamW(parameters, betas: (0.9, 0.98), weightDecay: decay))
    }
    logScale = model.logScale
    schedule = CosineSchedule(
      base: recipe.learningRate, steps: recipe.steps, warmup: recipe.warmup)
    gradientNorm = recipe.gradientNorm
  }

  func step(_ loss: Tensor, number: Int) throws(TorchError) {
    let all = try gradients(of: loss, withRespectTo: groups.flatMap(\.parameters))
    var rest = try clipped(all, toNorm: gradientNorm)[...]
    for (parameters, optimizer) in groups {
      try optimizer.step(Array(rest.prefix(parameters.count)), learningRate: schedule(number))
      rest = rest.dropFirst(parameters.count)
    }
    // Logits are never scaled by more than 100 (Radford et al., 2021, section 2.5).
    try logScale.assign(logScale.detached().clamped(0, log(100)))
  }
}
