public import HoldfastRecords

/// Sums up an unfinished run in the order of its data: a sample counts once all before it are finished.
///
/// A sample that is fooled at once finishes at once, so a sum over all finished samples would
/// favour those that were fooled first.
public struct PrefixTally {
  private var order: DataOrder<SampleRecord>
  private var sum: Tally
  private var isOrdered = true

  /// Nothing yet.
  ///
  /// - Parameter shard: the part of the data that is followed; samples of other parts are left out.
  public init(_ plan: PlanRecord, of shard: Shard = .whole) {
    order = DataOrder(of: shard)
    sum = Tally(plan)
  }

  /// Adds a finished sample.
  public mutating func add(_ record: SampleRecord) {
    guard isOrdered else { return }
    guard let place = record.place else {
      isOrdered = false
      return
    }
    // The embeddings of an audit of retrieval are large, and no sum needs them.
    var slim = record
    slim.retrieval = nil
    for ready in order.take(slim, at: place) { sum.add(ready) }
  }

  /// The sum of the first samples of the data, up to the first that is missing; nil when there are none,
  /// or a record does not say its place.
  public var tally: Tally? { isOrdered && sum.samples > 0 ? sum : nil }
}
