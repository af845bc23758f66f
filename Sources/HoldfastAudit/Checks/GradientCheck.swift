import HoldfastAttacks
import HoldfastCore
import HoldfastRecords
import HoldfastTensor

/// (f) Every input has a gradient.
///
/// Single values with gradient 0 are common in models that take maxima; an input whose gradient is
/// 0 in every value tells an attack nothing.
struct GradientCheck: MaskingCheck {
  let letter = "f"
  let name = "gradients"
  let question = "does every input have a gradient that is not zero?"
  let meaning =
    "no gradient reaches the input, so an attack that follows it is blind: a step of the model has "
    + "none, or its loss is saturated"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let zeros = try bench.jobs.map { try bench.zeroGradients(of: $0.input, $0.truth, id: $0.id) }
    let values = bench.plan.subject.encoder.input.count
    var finding = CheckFinding()
    finding.against = zeros.count { $0 == values }
    finding.figures = [
      CheckFigureRecord(
        name: "inputs whose gradient is zero", count: finding.against, total: bench.count),
      CheckFigureRecord(
        name: "values whose gradient is zero", count: zeros.reduce(0, +),
        total: values * bench.count),
    ]
    return finding
  }
}

extension CheckBench {
  /// How many values of an input have a gradient of exactly 0, or none at all: that of the attack's
  /// usual loss, cross-entropy, at the unperturbed input.
  fileprivate func zeroGradients(
    of input: Tensor, _ truth: SampleTruth, id: String
  ) throws(TorchError) -> Int {
    let device = plan.subject.encoder.device
    let own = try Truth([truth], targets: [nil], on: device)
    return try withGradients(enabled: true) { () throws(TorchError) in
      let point = try input.to(device).leaf()
      var noise = Noise([Generator(seed: plan.seed, stream: id).split("checks/gradient")])
      let prediction = try plan.subject.predict(point, noise: &noise)
      let loss = try CrossEntropy().loss(prediction, own).sum()
      guard loss.requiresGradient else { return input.shape.reduce(1, *) }
      let gradient = try gradients(of: loss, withRespectTo: [point], keepGraph: false)[0]
      let isUseless = try (gradient .== 0).or(gradient.isNaN())
      return Int(try isUseless.to(.float64).sum().item())
    }
  }
}
