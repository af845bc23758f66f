import Foundation

/// A learning rate that rises linearly and then falls along half a cosine to zero.
///
/// Source: Loshchilov and Hutter, 2017, without restarts; with step t of S and warm-up w the rate
/// is base · (t + 1) / w while t < w, then base · (1 + cos(π (t - w) / (S - w))) / 2.
public struct CosineSchedule: Codable, Hashable, Sendable {
  /// The highest rate.
  public let base: Double
  /// The steps of the whole training.
  public let steps: Int
  /// The steps of the rise.
  public let warmup: Int

  /// A schedule over `steps` steps, of which the first `warmup` rise.
  public init(base: Double, steps: Int, warmup: Int = 0) {
    self.base = base
    self.steps = max(0, steps)
    self.warmup = min(max(0, warmup), self.steps)
  }

  /// The rate of the step `step`, counted from 0; 0 after the last.
  public func callAsFunction(_ step: Int) -> Double {
    if step < warmup { return base * Double(step + 1) / Double(warmup) }
    guard step < steps else { return 0 }
    return base / 2 * (1 + cos(.pi * Double(step - warmup) / Double(steps - warmup)))
  }
}
