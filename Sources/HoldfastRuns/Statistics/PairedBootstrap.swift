import Foundation

/// The percentile interval of the paired bootstrap for the difference of two accuracies, without drawing.
///
/// Of n pairs drawn with replacement, those right in one model alone are multinomial, so the distribution
/// that resampling approaches (Efron, 1979) can be summed: as if over infinitely many resamples, and the
/// same every time.
enum PairedBootstrap {
  /// The central 95 % of the second accuracy less the first, over resamples of `pairs`.
  static func interval(onlyFirst: Int, onlySecond: Int, pairs: Int) -> [Double] {
    guard pairs > 0 else { return [-1, 1] }
    let logFactorial = (0...pairs).reduce(into: [Double]()) { sums, i in
      sums.append(i == 0 ? 0 : (sums.last ?? 0) + log(Double(i)))
    }
    /// The probabilities that matter of a binomial distribution.
    func binomial(_ n: Int, _ p: Double) -> [(count: Int, probability: Double)] {
      if p <= 0 || n == 0 { return [(0, 1)] }
      if p >= 1 { return [(n, 1)] }
      let (mean, spread) = (Double(n) * p, (Double(n) * p * (1 - p)).squareRoot())
      let low = max(0, Int(mean - 9 * spread) - 9)
      let high = min(n, Int(mean + 9 * spread) + 9)
      return (low...high).map { k in
        let choose = logFactorial[n] - logFactorial[k] - logFactorial[n - k]
        return (k, exp(choose + Double(k) * log(p) + Double(n - k) * log(1 - p)))
      }
    }
    let (first, second) = (Double(onlyFirst) / Double(pairs), Double(onlySecond) / Double(pairs))
    var mass = [Double](repeating: 0, count: 2 * pairs + 1)
    for (gained, chance) in binomial(pairs, second) where chance > 1e-12 {
      let rest = second < 1 ? min(1, first / (1 - second)) : 0
      for (lost, probability) in binomial(pairs - gained, rest) {
        mass[pairs + gained - lost] += chance * probability
      }
    }
    let total = mass.reduce(0, +)
    func percentile(_ share: Double) -> Double {
      var sum = 0.0
      for (place, probability) in mass.enumerated() {
        sum += probability
        if sum >= share * total { return Double(place - pairs) / Double(pairs) }
      }
      return 1
    }
    return [percentile(0.025), percentile(0.975)]
  }
}
