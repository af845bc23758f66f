/// What two runs on the same samples found, pair by pair.
public struct ComparisonRecord: Codable, Hashable, Sendable {
  /// The folder of each run.
  public var runs: [String]
  /// The samples that both have finished.
  public var paired: Int
  /// The samples that only one of them has, which are left out.
  public var unpaired: [Int]
  /// In what else the plans differ.
  public var differences: [String]
  /// The folders of the runs that are not finished; of each, only the first samples of the data are
  /// compared.
  public var unfinished: [String]
  /// One entry per protocol and radius that both have.
  public var rows: [ComparisonRowRecord]

  /// A comparison.
  public init(
    runs: [String], paired: Int, unpaired: [Int], differences: [String],
    unfinished: [String] = [], rows: [ComparisonRowRecord]
  ) {
    self.runs = runs
    self.paired = paired
    self.unpaired = unpaired
    self.differences = differences
    self.unfinished = unfinished
    self.rows = rows
  }
}

/// What two runs found under one protocol at one radius.
public struct ComparisonRowRecord: Codable, Hashable, Sendable {
  /// `clean`, a protocol, or `worst-case`.
  public var name: String
  /// The radius as the first run wrote it; nil for clean accuracy.
  public var radius: String?
  /// The accuracy of the first run on the pairs.
  public var first: ProportionRecord
  /// The accuracy of the second run on the pairs.
  public var second: ProportionRecord
  /// The pairs that are right in the first run alone.
  public var onlyFirst: Int
  /// The pairs that are right in the second run alone.
  public var onlySecond: Int
  /// The second accuracy less the first.
  public var difference: Double
  /// Its 95 % interval, by the percentiles of the paired bootstrap.
  public var interval: [Double]
  /// The p value of McNemar's exact test, two-sided.
  public var p: Double

  /// A row.
  public init(
    name: String, radius: String?, first: ProportionRecord, second: ProportionRecord,
    onlyFirst: Int, onlySecond: Int, difference: Double, interval: [Double], p: Double
  ) {
    self.name = name
    self.radius = radius
    self.first = first
    self.second = second
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
    self.difference = difference
    self.interval = interval
    self.p = p
  }
}
