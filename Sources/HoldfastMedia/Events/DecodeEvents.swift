import HoldfastFormats

/// What an event file may ask for before any memory is spent on it.
public struct EventLimits: Hashable, Sendable {
  /// The largest number of events.
  public var events: Int

  /// Creates limits; the default is 64 Mi events.
  public init(events: Int = 1 << 26) {
    self.events = events
  }
}

/// Reads events: an npz or npy file.
///
/// An npz file holds `event_data`, or the arrays `x_pos`, `y_pos`, `timestamp` and `polarity`
/// (N-ImageNet in both its forms). `event_data`, and the array of an npy file, are records with the
/// columns x, y, t and p, or of sizes `(N, 4)` in that order. A polarity is 1 or 0, or 1 or -1.
///
/// - Parameters:
///   - bytes: the file.
///   - name: what errors call it.
///   - sensor: the pixels of the sensor; nil for as many as the largest coordinates need.
///   - limits: what the file may ask for.
/// - Throws: ``MediaError`` for empty, unknown and damaged files, for files without events, and for
///   coordinates and polarities that no event has, with the event's number.
public func decodeEvents(
  _ bytes: [UInt8], name: String, sensor: ImageSize? = nil, limits: EventLimits = EventLimits()
) throws(MediaError) -> EventStream {
  guard !bytes.isEmpty else { throw MediaError("the file is empty", file: name) }
  let columns = try naming { () throws(FormatError) in
    let map = MappedFile(copying: bytes, named: name)
    if NPYFile.isNPY(bytes) {
      return try EventColumns(array: NPYFile(in: map), limits: limits)
    }
    guard NPZFile.isNPZ(bytes) else {
      throw FormatError(
        "is not a file of events that is known here", in: name,
        hint: "npz and npy files are read; the kind is told by the first bytes, not by the name")
    }
    // An event takes 32 bytes at most.
    let limit = max(0, limits.events).multipliedReportingOverflow(by: 32)
    let archive = try NPZFile(
      in: map, arrayLimit: limit.overflow ? .max : limit.partialValue + 4096)
    return try EventColumns(archive: archive, limits: limits)
  }
  do {
    return try columns.stream(sensor: sensor)
  } catch {
    throw MediaError(error.what, file: name, hint: error.hint)
  }
}

/// The columns of events as a file has them, each as long as the others.
private struct EventColumns {
  let x: [Int]
  let y: [Int]
  let time: [Int]
  let polarity: [Int]

  init(archive: NPZFile, limits: EventLimits) throws(FormatError) {
    let separate = ["x_pos", "y_pos", "timestamp", "polarity"]
    guard !archive.names.contains("event_data") else {
      try self.init(array: archive.array("event_data"), limits: limits)
      return
    }
    guard separate.allSatisfy({ archive.names.contains($0) }) else {
      throw FormatError(
        "holds no events", in: archive.file,
        hint: "events are the array event_data, or \(separate.joined(separator: ", "))")
    }
    var columns: [[Int]] = []
    for name in separate {
      let array = try archive.array(name)
      guard array.shape.count == 1 else {
        throw FormatError("is of sizes \(array.shape), expected one axis", in: array.file)
      }
      try Self.check(array.count, limits, file: archive.file)
      columns.append(try array.integers())
    }
    try self.init(columns, file: archive.file)
  }

  init(array: NPYFile, limits: EventLimits) throws(FormatError) {
    if array.isRecord {
      guard array.shape.count == 1 else {
        throw FormatError("is of sizes \(array.shape), expected one axis", in: array.file)
      }
      try Self.check(array.count, limits, file: array.file)
      var columns: [[Int]] = []
      for name in ["x", "y", "t", "p"] { columns.append(try array.integers(name)) }
      try self.init(columns, file: array.file)
      return
    }
    guard array.shape.count == 2, array.shape[1] == 4 else {
      throw FormatError(
        "is of sizes \(array.shape), which holds no events", in: array.file,
        hint: "save (N, 4): x, y, t and p")
    }
    try Self.check(array.shape[0], limits, file: array.file)
    let values = try array.integers()
    let columns = (0..<4).map { column in
      stride(from: column, to: values.count, by: 4).map { values[$0] }
    }
    try self.init(columns, file: array.file)
  }

  /// Four columns, which must be of the same length.
  private init(_ columns: [[Int]], file: String) throws(FormatError) {
    (x, y, time, polarity) = (columns[0], columns[1], columns[2], columns[3])
    guard columns.allSatisfy({ $0.count == columns[0].count }) else {
      throw FormatError("has columns of \(columns.map(\.count)) events, which differ", in: file)
    }
  }

  private static func check(
    _ count: Int, _ limits: EventLimits, file: String
  ) throws(FormatError) {
    guard count <= limits.events else {
      throw FormatError(
        "has \(count) events, more than the limit of \(limits.events)", in: file,
        hint: "cut it into parts first")
    }
  }

  func stream(sensor: ImageSize?) throws(MediaError) -> EventStream {
    let sides = 0..<EventStream.sides.upperBound
    for index in x.indices where !sides.contains(x[index]) || !sides.contains(y[index]) {
      throw MediaError(
        "event \(index) is at column \(x[index]) of row \(y[index]), outside of any sensor")
    }
    for index in polarity.indices where ![0, 1, -1].contains(polarity[index]) {
      throw MediaError(
        "event \(index) has the polarity \(polarity[index]); a polarity is 1 or 0, or 1 or -1")
    }
    if polarity.contains(0), polarity.contains(-1) {
      throw MediaError("the polarities are of three kinds: 1, 0 and -1")
    }
    let extent = ImageSize(width: (x.max() ?? 0) + 1, height: (y.max() ?? 0) + 1)
    return try EventStream(
      sensor: sensor ?? extent, x: x.map { UInt16($0) }, y: y.map { UInt16($0) },
      time: time.map { Int64($0) }, polarity: polarity.map { $0 == 1 })
  }
}
