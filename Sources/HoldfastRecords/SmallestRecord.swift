/// How small a perturbation fools each sample, as far as it was found: an upper bound, since a stronger
/// attack may find a smaller one.
public struct SmallestRecord: Codable, Hashable, Sendable {
  /// All samples.
  public var all: SmallestGroupRecord
  /// The samples of each class, in the order of the labels; empty in an audit of retrieval.
  public var classes: [SmallestGroupRecord]

  /// A distribution.
  public init(all: SmallestGroupRecord, classes: [SmallestGroupRecord]) {
    self.all = all
    self.classes = classes
  }
}

/// How small a perturbation fools each of some samples.
public struct SmallestGroupRecord: Codable, Hashable, Sendable {
  /// The class; nil for all samples.
  public var label: Int?
  /// The samples.
  public var samples: Int
  /// Those that are wrong as they are, and so need no perturbation.
  public var wrong: Int
  /// Those that were first fooled at each radius, by any protocol.
  public var fooled: [Int]
  /// Those that stand at every radius.
  public var standing: Int
  /// Quartiles of the size of the smallest perturbation that was tested, 0 for a sample that is
  /// wrong when clean: lower quartile, median, upper quartile; nil for one beyond the largest
  /// radius.
  public var quartiles: [Double?]

  /// A distribution over some samples.
  public init(
    label: Int?, samples: Int, wrong: Int, fooled: [Int], standing: Int, quartiles: [Double?]
  ) {
    self.label = label
    self.samples = samples
    self.wrong = wrong
    self.fooled = fooled
    self.standing = standing
    self.quartiles = quartiles
  }

  /// The median; nil when it lies beyond the largest radius.
  public var median: Double? { quartiles.count == 3 ? quartiles[1] : nil }
}
