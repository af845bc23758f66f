public import HoldfastRecords

extension ProportionRecord {
  /// `count` of `total` with Wilson's 95 % interval (Wilson, 1927), which is honest at 0 and 1.
  public static func wilson(_ count: Int, of total: Int) -> ProportionRecord {
    guard total > 0 else {
      return ProportionRecord(count: 0, total: 0, value: 0, low: 0, high: 1)
    }
    let z = 1.959963984540054
    let n = Double(total)
    let p = Double(count) / n
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return ProportionRecord(
      count: count, total: total, value: p,
      low: count == 0 ? 0 : max(0, center - half),
      high: count == total ? 1 : min(1, center + half))
  }
}
