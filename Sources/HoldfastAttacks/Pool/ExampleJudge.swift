import HoldfastCore
import HoldfastTensor

/// Examples of an attack inside the ball: the whole budget is spent at every radius, and the input of
/// highest loss is kept, among those that fool the model if there are any.
struct ExampleJudge: Judge {
  let settings: PoolSettings
  let verifier: Verifier
  let testsEveryPoint = false
  let prefersSuccess = true

  /// Scores a point by its loss.
  func score(
    of points: Tensor, around origin: Tensor, loss: Tensor, margin: Tensor
  ) throws(TorchError) -> Tensor { loss }

  func radius(of slot: Slot) -> Radius { slot.job.radii[slot.radiusIndex] }

  func conclude(
    _ slot: inout Slot, _ row: Int, score: Double, best: Tensor, points: Tensor, isSpent: Bool
  ) throws(TorchError) -> Bool {
    guard isSpent else { return false }
    let example = try test(&slot, best.slice(0, row..<row + 1), at: radius(of: slot))
    let known = slot.margin(at: slot.radiusIndex)
    let (fools, fooled) = (example.margin > 0, (known ?? 0) > 0)
    if fools != fooled ? fools : score > slot.mark {
      slot.mark = score
      slot.keep(example, at: slot.radiusIndex)
    }
    return true
  }

  func advance(_ slot: inout Slot) -> Bool { slot.nextRun() || slot.nextRadius() }
}
