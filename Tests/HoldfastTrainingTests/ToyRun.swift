import Foundation
import HoldfastTensor
import HoldfastTraining

/// A training of the toy in a folder, by settings in which everything is saved.
struct ToyRun {
  /// The settings, by name.
  enum Kind: String, CaseIterable {
    case averaged, momentum
  }

  let kind: Kind
  let path: String
  var seed: UInt64 = 0
  var steps = 60
  var pause = 0.0

  var plan: TrainingPlan {
    switch kind {
    case .averaged:
      TrainingPlan(
        steps: steps,
        Optimization(
          learningRate: 0.03, decayed: .matrices, clip: 1, ema: 0.9, accumulate: 2),
        examineEvery: 7, keep: .best)
    case .momentum:
      TrainingPlan(
        steps: steps,
        Optimization(
          .sgd(momentum: 0.9), learningRate: 0.02, schedule: .drops(at: [0.6], factor: 0.1),
          decay: 1e-3), examineEvery: 11)
    }
  }

  /// What the result depends on beside the trainer's plan.
  var asked: [String: UInt64] { ["seed": seed] }

  /// Goes on to the end, or until `observe` throws.
  @discardableResult
  func go(observe: (TrainingEvent) throws -> Void = { _ in }) throws -> TrainingOutcome {
    let folder = try TrainingFolder(at: path, asked: asked, plan: plan)
    return try Trainer(plan, saveEvery: 4).run(
      ToyLesson(seed: seed, parts: 2, pause: pause), in: folder, observe: observe)
  }

  /// The bytes of the state.
  var state: Data { get throws { try Data(contentsOf: file("state.safetensors")) } }

  /// The lines of the metrics without what depends on the clock and the machine.
  var losses: [[Double]] {
    get throws {
      try TrainingFolder.metrics(at: path).map {
        [Double($0.step), $0.loss, $0.gradientNorm, $0.learningRate, $0.examination?.score ?? -1]
      }
    }
  }

  /// A file of the folder.
  func file(_ name: String) -> URL { URL(fileURLWithPath: path).appending(path: name) }
}
