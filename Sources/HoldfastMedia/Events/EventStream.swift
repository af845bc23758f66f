/// Changes of brightness, as an event camera reports them, free of tensors.
public struct EventStream: Hashable, Sendable {
  /// The pixels of the sensor.
  public let sensor: ImageSize

  /// The column of each event, below the sensor's width.
  public let x: [UInt16]

  /// The row of each event from the top, below the sensor's height.
  public let y: [UInt16]

  /// The time of each event, mostly in microseconds; the order of events is that of the arrays.
  public let time: [Int64]

  /// Whether it became brighter (true) or darker.
  public let polarity: [Bool]

  /// Wraps events.
  ///
  /// Throws when there is no event, when the arrays differ in length, when a side of the sensor is
  /// outside of ``sides``, and on an event outside of the sensor.
  public init(
    sensor: ImageSize, x: [UInt16], y: [UInt16], time: [Int64], polarity: [Bool]
  ) throws(MediaError) {
    guard !x.isEmpty else { throw MediaError("the stream has no events") }
    guard [y.count, time.count, polarity.count].allSatisfy({ $0 == x.count }) else {
      throw MediaError(
        "events cannot be made from \(x.count) columns, \(y.count) rows, \(time.count) times and "
          + "\(polarity.count) polarities")
    }
    guard Self.sides.contains(sensor.width), Self.sides.contains(sensor.height) else {
      throw MediaError(
        "a sensor cannot have \(sensor) pixels",
        hint: "sides are between \(Self.sides.lowerBound) and \(Self.sides.upperBound)")
    }
    for index in x.indices
    where Int(x[index]) >= sensor.width || Int(y[index]) >= sensor.height {
      throw MediaError(
        "event \(index) is at column \(x[index]) of row \(y[index]), outside of a sensor of \(sensor)",
        hint: "set the sensor's size, width first")
    }
    self.sensor = sensor
    self.x = x
    self.y = y
    self.time = time
    self.polarity = polarity
  }

  private init(of events: EventStream, in range: Range<Int>) {
    sensor = events.sensor
    x = Array(events.x[range])
    y = Array(events.y[range])
    time = Array(events.time[range])
    polarity = Array(events.polarity[range])
  }

  /// The sides that a sensor may have, in pixels; the largest sensors sold have 1280.
  public static let sides = 1...8192

  /// Events, at least 1.
  public var count: Int { x.count }

  /// Events that follow each other; the range is known to lie in the stream and not to be empty.
  subscript(_ range: Range<Int>) -> EventStream { EventStream(of: self, in: range) }
}
