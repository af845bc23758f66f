import HoldfastCore
import HoldfastTensor

/// Decides what counts in a pool: which point of a run is best, what has been found, and when a sample
/// is done.
///
/// The pool moves the rows.
protocol Judge {
  /// The pool's settings.
  var settings: PoolSettings { get }
  /// The test of each success.
  var verifier: Verifier { get }
  /// Whether each point is tested as it comes, so that none before it need be kept.
  var testsEveryPoint: Bool { get }
  /// Whether a point that fools the model is better than any that does not, whatever their scores.
  var prefersSuccess: Bool { get }

  /// The score of each point: `(B)`.
  func score(
    of points: Tensor, around origin: Tensor, loss: Tensor, margin: Tensor
  ) throws(TorchError) -> Tensor

  /// The radius that a sample is attacked at.
  func radius(of slot: Slot) -> Radius

  /// Tests what the sample in a row has found; true when its run is over.
  ///
  /// - Parameters:
  ///   - score: that of the point in `best`.
  ///   - best: the best points of all rows so far: `(B, …)`.
  ///   - points: the current points: `(B, …)`.
  func conclude(
    _ slot: inout Slot, _ row: Int, score: Double, best: Tensor, points: Tensor, isSpent: Bool
  ) throws(TorchError) -> Bool

  /// Prepares a sample for its next run, at the same radius or another; false when it is done.
  func advance(_ slot: inout Slot) -> Bool
}

extension Judge {
  /// Brings a point `(1, …)` to the host and tests it at a radius.
  func test(
    _ slot: inout Slot, _ point: Tensor, at radius: Radius
  ) throws(TorchError) -> Example {
    slot.count(forward: verifier.passes)
    return try verifier.test(
      point, job: slot.job, target: slot.target,
      threat: ThreatModel(norm: settings.norm, radius: radius))
  }
}

extension PoolSettings {
  /// The judge of an attack.
  func judge(of attack: some Attack, isScreen: Bool) -> any Judge {
    let verifier = Verifier(subject: subject, criterion: criterion)
    switch (attack.reach, stop) {
    case (.box, _):
      return SmallestJudge(settings: self, verifier: verifier)
    case (.ball, .firstSuccess):
      return VerdictJudge(
        settings: self, verifier: verifier, testsEveryPoint: stride == 1 && !isScreen)
    case (.ball, .fullBudget):
      return ExampleJudge(settings: self, verifier: verifier)
    }
  }

  /// The perturbation of one sample `(1, …)` scaled to the length of a radius, as far as the legal range
  /// allows.
  func stretched(
    _ point: Tensor, _ job: AttackJob, to radius: Radius
  ) throws(TorchError) -> Tensor {
    let origin = try job.input.to(point.device)
    let offset = try point - origin
    let length = try offset.norm(norm.order).item()
    guard length > 0 else { return point }
    let ball = try Ball(
      around: origin, norm: norm, radii: [radius], range: subject.encoder.input.range)
    return try ball.project(origin + offset * (radius.value / length))
  }
}
