import Holdfast

/// How parameters are moved: how long, how fast, and how often the state is looked at.
struct LearningPlan {
  /// Optimiser steps.
  var steps = 5000
  /// Samples per step.
  var batchSize = 64
  /// The seed of weights and of the order of samples.
  var seed: UInt64 = 0
  /// The highest learning rate of the cosine schedule.
  var learningRate = 1.5e-3
  /// Steps in which the rate rises.
  var warmup = 200
  /// The decay of matrices; gains and shifts do not decay.
  var weightDecay = 0.05
  /// The most that all gradients together may measure.
  var gradientNorm = 1.0
  /// The steps from one look at the validation samples to the next.
  var interval = 500
  /// The validation samples that choose among the states of the training.
  var validationSamples = 500

  /// The learning rate of each step.
  var schedule: CosineSchedule { CosineSchedule(base: learningRate, steps: steps, warmup: warmup) }
}
