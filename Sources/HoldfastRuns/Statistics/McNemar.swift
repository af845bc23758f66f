import Foundation

/// McNemar's exact test of two verdicts on the same samples (McNemar, 1947).
///
/// Only the samples on which the two differ count: if both verdicts are equally good, each of these
/// favours either side like a fair coin, so their split is binomial.
public struct McNemar: Hashable, Sendable {
  /// The samples on the side that is suspected to be larger.
  public let b: Int
  /// The samples on the other side.
  public let c: Int
  /// The chance of at least `b` of `b + c` on the suspected side.
  public let oneSided: Double
  /// The chance of a split at least as uneven, to whichever side.
  public let twoSided: Double

  /// The test of a split; counts are not negative.
  ///
  /// Without differing samples both chances are 1.
  public static func exact(b: Int, c: Int) -> McNemar {
    precondition(b >= 0 && c >= 0, "counts are not negative")
    let larger = max(b, c)
    return McNemar(
      b: b, c: c, oneSided: tail(atLeast: b, of: b + c),
      twoSided: min(1, 2 * tail(atLeast: larger, of: b + c)))
  }

  /// The chance of at least `count` heads in `total` tosses.
  ///
  /// Summed from the largest term outwards in units of that term, so that it neither overflows nor
  /// loses its digits.
  private static func tail(atLeast count: Int, of total: Int) -> Double {
    guard count > 0 else { return 1 }
    guard 2 * count > total else { return 1 - tail(atLeast: total - count + 1, of: total) }
    var (sum, term) = (1.0, 1.0)
    var place = count
    while place < total, term > 1e-20 * sum {
      term *= Double(total - place) / Double(place + 1)
      sum += term
      place += 1
    }
    let logarithm =
      lgamma(Double(total + 1)) - lgamma(Double(count + 1)) - lgamma(Double(total - count + 1))
      - Double(total) * log(2)
    return min(1, exp(logarithm) * sum)
  }
}
