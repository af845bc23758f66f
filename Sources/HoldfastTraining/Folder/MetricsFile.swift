import Foundation
import HoldfastFormats
import HoldfastRecords

/// `metrics.jsonl` of a training folder: a line for each step.
struct MetricsFile {
  private let writer: JSONLinesWriter

  /// Opens the file for appending, without the lines of steps after `step`.
  ///
  /// - Throws: `FormatError` for a file that is not one of metrics, a link, and one that cannot be written.
  init(at path: String, after step: Int) throws {
    try Self.cut(path, after: step)
    writer = try JSONLinesWriter(appendingTo: path, durability: .system)
  }

  /// Appends the line of a step.
  func append(_ record: StepRecord) throws {
    try writer.append(line: Array(try Self.encoder.encode(record)))
  }

  /// Asks the disk to keep what was appended.
  func synchronize() throws { try writer.synchronize() }

  /// The lines of a file; none when there is no file.
  static func records(at path: String) throws -> [StepRecord] {
    var records: [StepRecord] = []
    try visit(path) { line, number in
      guard let record = try? decoder.decode(StepRecord.self, from: line) else {
        throw foreign(path, number)
      }
      records.append(record)
    }
    return records
  }

  private static func cut(_ path: String, after step: Int) throws {
    struct Numbered: Decodable { let step: Int }
    var kept: [UInt8] = []
    var isCut = false
    try visit(path) { line, number in
      guard let record = try? decoder.decode(Numbered.self, from: line) else {
        throw foreign(path, number)
      }
      if record.step > step {
        isCut = true
      } else {
        kept += line + [UInt8(ascii: "\n")]
      }
    }
    if isCut { try AtomicFile.write(kept, to: path) }
  }

  private static func visit(_ path: String, _ body: (Data, Int) throws -> Void) throws {
    guard try FileStatus(of: path) != nil else { return }
    let reader = try JSONLinesReader(path, followsLinks: false)
    while let line = try reader.next() { try body(Data(line), reader.lineNumber) }
  }

  private static func foreign(_ path: String, _ line: Int) -> FormatError {
    FormatError(
      "has a line \(line) that is not the metrics of a step", in: path,
      hint: "take the file out of the folder, or give this training another one with --output")
  }

  /// What was measured need not be finite: an attack may have found an infinite loss.
  private static let (infinity, minus, nan) = ("Infinity", "-Infinity", "NaN")

  private static var encoder: JSONEncoder {
    let encoder = RecordCoding.lineEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: minus, nan: nan)
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = RecordCoding.decoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: minus, nan: nan)
    return decoder
  }
}
