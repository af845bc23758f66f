package import HoldfastTraining

/// How a built-in model or a tower learns: how long, how fast, and how often the state is looked at.
package struct LearningPlan {
  /// Optimiser steps.
  package var steps: Int
  /// Samples per step.
  package var batchSize: Int
  /// The seed of weights and of the order of samples.
  package var seed: UInt64
  /// The highest learning rate of the cosine schedule.
  package var learningRate: Double
  /// Steps in which the rate rises.
  package var warmup: Int
  /// The decay of matrices; gains and shifts do not decay.
  package var weightDecay = 0.05
  /// The most that all gradients together may measure.
  package var gradientNorm = 1.0
  /// The steps from one look at the validation samples to the next.
  package var interval: Int
  /// The validation samples that choose among the states of the training.
  package var validationSamples: Int

  /// A plan; whatever is left out has the value of the built-in model's.
  package init(
    steps: Int = 5000, batchSize: Int = 64, seed: UInt64 = 0, learningRate: Double = 1.5e-3,
    warmup: Int = 200, interval: Int = 500, validationSamples: Int = 500
  ) {
    self.steps = steps
    self.batchSize = batchSize
    self.seed = seed
    self.learningRate = learningRate
    self.warmup = warmup
    self.interval = interval
    self.validationSamples = validationSamples
  }

  /// The plan for the trainer, which keeps the state that does best.
  package var training: TrainingPlan {
    TrainingPlan(
      steps: steps,
      Optimization(
        .adamW(beta2: 0.98), learningRate: learningRate, warmup: .steps(warmup),
        decay: weightDecay, decayed: .matrices, clip: gradientNorm),
      examineEvery: interval, keep: .best)
  }
}
