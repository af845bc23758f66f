import HoldfastCore
import HoldfastTensor

/// Verdicts of an attack inside the ball: a sample leaves at its first success.
struct VerdictJudge: Judge {
  let settings: PoolSettings
  let verifier: Verifier
  let testsEveryPoint: Bool
  let prefersSuccess = false

  /// Scores a point by its margin.
  func score(
    of points: Tensor, around origin: Tensor, loss: Tensor, margin: Tensor
  ) throws(TorchError) -> Tensor { margin }

  func radius(of slot: Slot) -> Radius { slot.job.radii[slot.radiusIndex] }

  /// A success inside the margin band is kept, and the attack goes on for a firmer one.
  func conclude(
    _ slot: inout Slot, _ row: Int, score: Double, best: Tensor, points: Tensor, isSpent: Bool
  ) throws(TorchError) -> Bool {
    // Nothing is gained from testing a second success inside the band that is not a wider one.
    let known = slot.margin(at: slot.radiusIndex) ?? 0
    guard score > known, testsEveryPoint || score > slot.mark else { return isSpent }
    slot.mark = score
    let example = try test(&slot, best.slice(0, row..<row + 1), at: radius(of: slot))
    if example.margin > known { slot.keep(example, at: slot.radiusIndex) }
    return isSpent || example.margin >= Example.marginBand
  }

  func advance(_ slot: inout Slot) -> Bool {
    if !slot.isFirmlyFooled(at: slot.radiusIndex) {
      slot.mark = -.infinity
      if slot.nextRun() { return true }
    }
    return slot.nextRadius()
  }
}
