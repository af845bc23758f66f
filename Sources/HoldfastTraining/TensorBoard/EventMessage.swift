/// An event of TensorBoard, in the encoding of Protocol Buffers.
///
/// Source: `event.proto` and `summary.proto` of TensorBoard.
struct EventMessage {
  /// What an event says.
  enum Content {
    /// The first of a file.
    case version
    /// What earlier files say of this step and those after it is void.
    case start
    /// Values by name.
    case scalars([(tag: String, value: Double)])
  }

  /// Seconds since 1970.
  let time: Double
  /// The step.
  let step: Int
  /// What it says.
  let content: Content

  /// The event as bytes.
  var bytes: [UInt8] {
    var event = ProtoBytes()
    event.add(1, time)
    if step != 0 { event.add(2, step) }
    switch content {
    case .version: event.add(3, Array("brain.Event:2".utf8))
    case .start:
      var log = ProtoBytes()
      log.add(1, 1)  // SessionLog.START
      event.add(7, log.bytes)
    case .scalars(let values):
      var summary = ProtoBytes()
      for (tag, value) in values {
        var entry = ProtoBytes()
        entry.add(1, Array(tag.utf8))
        entry.add(2, Float(value))
        summary.add(1, entry.bytes)
      }
      event.add(5, summary.bytes)
    }
    return event.bytes
  }

  /// The event as a record of a file: length, check, bytes, check.
  var record: [UInt8] {
    let bytes = bytes
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(CRC32C.masked(length)) + bytes
      + littleEndian(CRC32C.masked(bytes))
  }
}

/// The fields of a message of Protocol Buffers, each behind its number and its kind.
private struct ProtoBytes {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, _ value: Int) {
    key(field, kind: 0)
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, _ value: Double) {
    key(field, kind: 1)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: Int, _ value: [UInt8]) {
    key(field, kind: 2)
    variable(UInt64(value.count))
    bytes += value
  }

  mutating func add(_ field: Int, _ value: Float) {
    key(field, kind: 5)
    bytes += littleEndian(value.bitPattern)
  }

  private mutating func key(_ field: Int, kind: Int) { variable(UInt64(field << 3 | kind)) }

  /// Seven bits a byte, lowest first.
  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}
