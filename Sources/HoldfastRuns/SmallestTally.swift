import HoldfastRecords

/// Collects how small a perturbation fools each sample.
struct SmallestTally {
  /// What is known about one sample.
  private struct Entry {
    /// The first radius at which a protocol fooled it; nil when none did.
    var first: Int?
    /// The size of the smallest example that fooled it.
    var size: Double
    var isWrong: Bool
  }

  private var entries: [Int: [Entry]] = [:]

  /// Adds a sample.
  mutating func add(_ record: SampleRecord) {
    guard record.clean.correct else {
      entries[record.label, default: []].append(Entry(first: nil, size: 0, isWrong: true))
      return
    }
    var entry = Entry(first: nil, size: .infinity, isWrong: false)
    for radii in record.protocols.map(\.radii) {
      for (index, radius) in radii.enumerated() where !radius.robust {
        entry.first = min(entry.first ?? index, index)
        if let example = radius.example { entry.size = min(entry.size, example.distance) }
      }
    }
    entries[record.label, default: []].append(entry)
  }

  /// What was collected, over so many radii.
  ///
  /// - Parameter byClass: whether the labels are classes.
  func record(radii: Int, byClass: Bool) -> SmallestRecord {
    SmallestRecord(
      all: Self.group(nil, entries.values.flatMap(\.self), radii),
      classes: byClass
        ? entries.keys.sorted().map { Self.group($0, entries[$0] ?? [], radii) } : [])
  }

  private static func group(_ label: Int?, _ entries: [Entry], _ radii: Int) -> SmallestGroupRecord
  {
    var fooled = [Int](repeating: 0, count: radii)
    for case let first? in entries.map(\.first) { fooled[first] += 1 }
    let sizes = entries.map(\.size).sorted()
    return SmallestGroupRecord(
      label: label, samples: entries.count, wrong: entries.count(where: \.isWrong), fooled: fooled,
      standing: entries.count { !$0.isWrong && $0.first == nil },
      quartiles: [0.25, 0.5, 0.75].map { quantile(sizes, $0) })
  }

  /// The quantile of sorted numbers, interpolated linearly; nil when it is not finite.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let place = share * Double(sorted.count - 1)
    let (low, high) = (sorted[Int(place)], sorted[Int(place.rounded(.up))])
    guard low.isFinite, high.isFinite else { return nil }
    return low + (high - low) * (place - place.rounded(.down))
  }
}
