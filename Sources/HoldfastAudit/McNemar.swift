import Foundation

/// McNemar's test of whether two models are right equally often on the same samples.
///
/// Only the pairs on which they disagree count: under the null each falls either way like a fair coin.
/// Below 25 of them the binomial distribution is summed, else the chi-squared with continuity correction
/// is near enough (McNemar, 1947; Edwards, 1948).
public struct McNemar: Hashable, Sendable {
  /// The two-sided p value.
  public let p: Double
  /// Whether it is exact.
  public let isExact: Bool

  /// The test of so many pairs that are right in one model alone.
  public init(onlyFirst: Int, onlySecond: Int) {
    let pairs = onlyFirst + onlySecond
    isExact = pairs < 25
    guard pairs > 0 else {
      p = 1
      return
    }
    if isExact {
      var term = pow(0.5, Double(pairs))
      var sum = term
      for i in 0..<min(onlyFirst, onlySecond) {
        term *= Double(pairs - i) / Double(i + 1)
        sum += term
      }
      p = min(1, 2 * sum)
    } else {
      let excess = Double(max(0, abs(onlyFirst - onlySecond) - 1))
      p = erfc((excess * excess / Double(pairs) / 2).squareRoot())
    }
  }
}
