import HoldfastCore
import HoldfastTensor

/// Attacks that seek the smallest perturbation, anywhere in the legal range.
///
/// With nested budgets, and for examples, one search answers for every radius.
struct SmallestJudge: Judge {
  let settings: PoolSettings
  let verifier: Verifier
  let testsEveryPoint = false

  private var isVerdict: Bool { settings.stop == .firstSuccess }
  private var isNested: Bool { settings.budgets == .nested }

  var prefersSuccess: Bool { !isVerdict }

  /// Minus the size of a perturbation that fools the model; minus infinity for one that does not.
  func score(
    of points: Tensor, around origin: Tensor, loss: Tensor, margin: Tensor
  ) throws(TorchError) -> Tensor {
    let axes = Array(1..<points.rank)
    let size = try (points - origin).norm(settings.norm.order, axes)
    // NaN must stay NaN.
    return try .where(margin .> 0, -size, margin - .infinity)
  }

  /// With nested budgets the largest radius that still stands.
  func radius(of slot: Slot) -> Radius {
    let index = isNested ? standing(slot).last : nil
    return slot.job.radii[index ?? slot.radiusIndex]
  }

  func conclude(
    _ slot: inout Slot, _ row: Int, score: Double, best: Tensor, points: Tensor, isSpent: Bool
  ) throws(TorchError) -> Bool {
    guard isVerdict else {
      guard isSpent else { return false }
      let isFound = score.isFinite
      let point = try (isFound ? best : points).slice(0, row..<row + 1)
      try keepAtEveryRadius(&slot, point, distance: isFound ? -score : .infinity)
      return true
    }
    if score > slot.mark {
      slot.mark = score
      try testSmallest(&slot, best, row, distance: -score)
    }
    return isSpent || standing(slot).isEmpty
  }

  func advance(_ slot: inout Slot) -> Bool {
    if !(isVerdict && standing(slot).isEmpty), slot.nextRun() { return true }
    return isNested || !isVerdict ? false : slot.nextRadius()
  }

  /// The indices of the radii under attack that no example fools firmly.
  private func standing(_ slot: Slot) -> [Int] {
    let attacked = isNested ? Array(slot.outcomes.indices) : [slot.radiusIndex]
    return attacked.filter { !slot.isFirmlyFooled(at: $0) }
  }

  /// Tests the smallest perturbation found so far at the smallest standing radius that holds it.
  ///
  /// It lies at the edge of the true class by design, so if its margin is inside the band it is tested
  /// once more stretched to the radius.
  private func testSmallest(
    _ slot: inout Slot, _ best: Tensor, _ row: Int, distance: Double
  ) throws(TorchError) {
    let held = standing(slot).first { slot.job.radii[$0].holds(distance) }
    guard let index = held else { return }
    let radius = slot.job.radii[index]
    let point = try best.slice(0, row..<row + 1)
    var example = try test(&slot, point, at: radius)
    if example.margin < Example.marginBand {
      let stretched = try test(
        &slot, settings.stretched(point, slot.job, to: radius), at: radius)
      if stretched.margin > example.margin { example = stretched }
    }
    if example.margin > slot.margin(at: index) ?? 0 { slot.keep(example, at: index) }
  }

  /// Keeps a perturbation at each radius if its margin is larger than those of earlier runs:
  /// stretched or shrunk to the radius, or unchanged if only that succeeds.
  private func keepAtEveryRadius(
    _ slot: inout Slot, _ point: Tensor, distance: Double
  ) throws(TorchError) {
    for (index, radius) in slot.job.radii.enumerated() {
      var example = try test(
        &slot, settings.stretched(point, slot.job, to: radius), at: radius)
      if example.margin <= 0, radius.holds(distance) {
        let found = try test(&slot, point, at: radius)
        if found.margin > example.margin { example = found }
      }
      if example.margin > slot.margin(at: index) ?? -.infinity { slot.keep(example, at: index) }
    }
  }
}

extension Radius {
  /// Whether a perturbation of this size, as float32 measures it, lies within the radius.
  fileprivate func holds(_ distance: Double) -> Bool { distance <= value * (1 + 1e-6) }
}
