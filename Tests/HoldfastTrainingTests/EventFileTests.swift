import Foundation
import HoldfastTestSupport
import Testing

@testable import HoldfastTraining

@Suite("Event files of TensorBoard")
struct EventFileTests {
  @Test("Checks are those of RFC 3720 and of TensorFlow's records")
  func checks() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test("Records are the bytes that TensorBoard's own writer writes")
  func golden() throws {
    let events = [
      EventMessage(time: 1.5, step: 0, content: .version),
      EventMessage(time: 1_700_000_000.25, step: 301, content: .start),
      EventMessage(
        time: 1_700_000_001.5, step: 40000,
        content: .scalars([("loss", 0.75), ("examination/pgd-10", -3e-5)])),
    ]
    let expected = try Data(contentsOf: Golden.url("events.tfevents"))
    #expect(Data(events.flatMap(\.record)) == expected)
  }

  @Test("Every session writes a file of its own, whole and in the order of the names")
  func sessions() throws {
    struct Broken: Error {}
    try withTemporaryFolder { folder in
      let run = ToyRun(kind: .averaged, path: folder.appending(path: "run").path, steps: 12)
      #expect(throws: Broken.self) {
        try run.go {
          if case .stepped(let record, _) = $0, record.step == 7 { throw Broken() }
        }
      }
      try run.go()
      let files = try FileManager.default.contentsOfDirectory(atPath: run.path)
        .filter { $0.hasPrefix("events.out.tfevents.") }.sorted()
      #expect(files.count == 2)
      let events = try files.map { try Event.all(in: Data(contentsOf: run.file($0))) }
      #expect(events[0].map(\.step) == [0, 1, 2, 3, 4, 5, 6])
      #expect(events[1].map(\.step) == [0, 5, 5, 6, 7, 8, 9, 10, 11, 12])
      #expect(events[1][1].values.isEmpty)
      let records = try TrainingFolder.metrics(at: run.path)
      for (event, record) in zip(events[1].dropFirst(2), records.dropFirst(4)) {
        #expect(event.values["loss"] == Float(record.loss))
        #expect(event.values["terms/error"] == record.terms["error"].map(Float.init))
        #expect(event.values["readings/inner gain"] == 2)
        #expect(event.values["learning rate"] == Float(record.learningRate))
        #expect(
          event.values["examination/toy"] == record.examination.map { Float($0.score) })
      }
      #expect(events[1].last?.values["examination/clean"] == 1)
    }
  }

  /// An event as a reader sees it, by the letter of the format.
  private struct Event {
    var step = 0
    var values: [String: Float] = [:]

    static func all(in data: Data) throws -> [Event] {
      var bytes = [UInt8](data)[...]
      var events: [Event] = []
      while !bytes.isEmpty {
        let length = Array(bytes.prefix(8))
        bytes = bytes.dropFirst(8)
        let count = number(length)
        #expect(number(bytes.prefix(4)) == Int(CRC32C.masked(length)))
        let body = Array(bytes.dropFirst(4).prefix(count))
        bytes = bytes.dropFirst(4 + count)
        #expect(number(bytes.prefix(4)) == Int(CRC32C.masked(body)))
        bytes = bytes.dropFirst(4)
        var event = Event()
        for (field, value) in fields(body) {
          if field == 2 { event.step = number(value) }
          guard field == 5 else { continue }
          for (_, entry) in fields(value) {
            let parts = Dictionary(uniqueKeysWithValues: fields(entry))
            let tag = String(decoding: parts[1] ?? [], as: UTF8.self)
            event.values[tag] = Float(bitPattern: UInt32(number(parts[2] ?? [])))
          }
        }
        events.append(event)
      }
      return events
    }

    /// The fields of a message: a number as its bytes, lowest first.
    private static func fields(_ bytes: [UInt8]) -> [(Int, [UInt8])] {
      var rest = bytes[...]
      func variable() -> Int {
        var (value, shift) = (0, 0)
        while let byte = rest.popFirst() {
          value |= Int(byte & 0x7f) << shift
          shift += 7
          if byte < 0x80 { break }
        }
        return value
      }
      var fields: [(Int, [UInt8])] = []
      while !rest.isEmpty {
        let key = variable()
        let value: [UInt8]
        switch key & 7 {
        case 0: value = withUnsafeBytes(of: UInt64(variable()).littleEndian, Array.init)
        case 1: value = Array(rest.prefix(8))
        case 5: value = Array(rest.prefix(4))
        default:
          let count = variable()
          value = Array(rest.prefix(count))
        }
        if key & 7 != 0 { rest = rest.dropFirst(value.count) }
        fields.append((key >> 3, value))
      }
      return fields
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int {
      bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
