import Foundation

/// How the learning rate falls after the warm-up.
public enum Schedule: Codable, Hashable, Sendable {
  /// Not at all.
  case constant
  /// Along half a cosine to zero (Loshchilov and Hutter, 2017, without restarts).
  case cosine
  /// By a factor at each of some shares of the run, as LAAT's ×0.1 at 60 %.
  case drops(at: [Double], factor: Double)
}

/// A part of a training, as a number of steps or as a share of all.
public enum Span: Codable, Hashable, Sendable {
  /// So many steps.
  case steps(Int)
  /// A share of the run, from 0 to 1, to the nearest step.
  case share(Double)

  /// The steps of this part, of `total`.
  public func steps(of total: Int) -> Int {
    switch self {
    case .steps(let count): min(count, total)
    case .share(let share): Int((share * Double(total)).rounded())
    }
  }
}

extension Optimization {
  /// The learning rate of a step, counted from 0, of a training of `steps`; 0 after the last.
  ///
  /// With w steps of warm-up, step t has the highest rate · (t + 1) / w while t < w; the cosine is then
  /// the highest rate · (1 + cos(π (t - w) / (`steps` - w))) / 2.
  public func rate(at step: Int, of steps: Int) -> Double {
    guard step < steps else { return 0 }
    let rise = warmup.steps(of: steps)
    if step < rise { return learningRate * Double(step + 1) / Double(rise) }
    switch schedule {
    case .constant: return learningRate
    case .cosine:
      return learningRate / 2 * (1 + cos(.pi * Double(step - rise) / Double(steps - rise)))
    case .drops(let shares, let factor):
      let passed = shares.count { step >= Span.share($0).steps(of: steps) }
      return learningRate * pow(factor, Double(passed))
    }
  }
}
