import HoldfastTensor

/// Which events of a stream are looked at.
public struct EventSlice: Hashable, Sendable, Codable {
  /// The number of consecutive events; all events of shorter streams; nil for all of every stream.
  public var count: Int?

  /// What draws the first of them, together with the stream; nil for the first of the stream.
  public var seed: UInt64?

  /// Creates a slice.
  ///
  /// N-ImageNet's code draws 30,000 events that follow each other.
  public init(count: Int? = 30_000, seed: UInt64? = nil) {
    self.count = count
    self.seed = seed
  }

  /// The events of a stream.
  ///
  /// Throws when the count is not positive.
  public func callAsFunction(_ events: EventStream) throws(MediaError) -> EventStream {
    guard let count else { return events }
    guard count > 0 else { throw MediaError("a slice cannot have \(count) events") }
    guard count < events.count else { return events }
    var start = 0
    if let seed {
      var generator = Generator(seed: seed, stream: events.fingerprint)
      start = generator.integer(below: events.count - count + 1)
    }
    return events[start..<start + count]
  }
}

extension EventStream {
  /// A number that depends on the events alone (FNV-1a, 64 bit).
  fileprivate var fingerprint: UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in x.indices {
      let place = UInt64(x[index]) << 32 | UInt64(y[index]) << 8 | (polarity[index] ? 1 : 0)
      value = (value ^ place) &* 0x100_0000_01b3
    }
    return value
  }
}
