import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastLayers
import HoldfastTensor
import HoldfastTraining

/// The cost of a training, from two batches of each of its stages.
struct TrainingEstimate {
  /// The conclusions, a sentence each.
  let sentences: [String]

  /// Measures the training; its state on disk is left alone.
  init(of training: ResolvedTraining) throws {
    let (plan, lesson) = (training.plan, try training.lesson())
    let batches = plan.steps * plan.optimization.accumulate
    let leaves = lesson.leaves.names.compactMap { lesson.leaves[$0] }
    var seconds = 0.0
    var lines: [String] = [
      "\(lesson.leaves.elementCount) numbers in \(lesson.leaves.count) tensors are trained, in "
        + "\(plan.steps) steps of \(training.record.batchSize * plan.optimization.accumulate) samples."
    ]
    for (place, stage) in training.method.stages.enumerated() {
      let own = (0..<batches).filter { lesson.stage(at: $0) == place }
      guard let first = own.first else { continue }
      // The first batch also decodes, and prepares kernels.
      var each = 0.0
      for number in [first, min(first + 1, own[own.count - 1])] {
        let began = ContinuousClock.now
        try lesson.learn(number) { part in
          var loss: Tensor?
          for term in part.terms {
            let weighted = try term.value * term.weight
            loss = try loss.map { try $0 + weighted } ?? weighted
          }
          guard let loss else { return }
          _ = try gradients(of: loss, withRespectTo: leaves, allowUnused: true)
        }
        each = (ContinuousClock.now - began) / .seconds(1)
      }
      seconds += each * Double(own.count)
      lines.append(
        "\(stage.name): \(stage.cost) a sample, "
          + String(format: "%.3g s a batch, ", each) + "\(own.count) batches.")
    }
    let memory = Double(try Torch.peakMemory(of: training.subject.encoder.device)) / Double(1 << 30)
    lines.append(
      String(
        format: "All steps take about %@ (%.2g hours), without examinations; ", timeSpan(seconds),
        seconds / 3600)
        + String(format: "the memory at most %.2f GiB so far.", memory))
    lines.append("States would go to \(training.folder).")
    sentences = lines
  }
}
