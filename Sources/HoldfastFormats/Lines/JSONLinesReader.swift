import Foundation

/// Reads a file of JSON lines front to back, one line in memory at a time.
///
/// A last line without its newline was torn by a process that died while writing; it is dropped,
/// and ``droppedTornLine`` says so. Empty lines are skipped.
public final class JSONLinesReader {
  /// What a last line without a newline means.
  public enum LastLine: Sendable, Hashable {
    /// Torn: our own writer ends every line.
    case dropped
    /// Whole: files made by hand or by other tools often lack the last newline.
    case kept
  }

  /// Whether the end of the file was reached and a torn line dropped there.
  public private(set) var droppedTornLine = false

  /// The number of the line last read, from 1.
  public private(set) var lineNumber = 0

  private let input: FileReader
  private let lastLine: LastLine
  private let lineLimit: Int
  private let decoder = JSONDecoder()

  /// Opens the file at `path`.
  ///
  /// - Parameter followsLinks: whether it may be a symbolic link.
  /// - Throws: ``FormatError`` when it is missing or unreadable.
  public init(
    _ path: String, lastLine: LastLine = .dropped, lineLimit: Int = 1 << 26,
    followsLinks: Bool = true
  ) throws(FormatError) {
    input = try FileReader(path, followsLinks: followsLinks)
    self.lastLine = lastLine
    self.lineLimit = lineLimit
  }

  /// The next line, without its newline; nil at the end.
  ///
  /// - Throws: ``FormatError`` for a line longer than the limit.
  public func next() throws(FormatError) -> [UInt8]? {
    while let (bytes, isComplete) = try input.line(limit: lineLimit) {
      lineNumber += 1
      if !isComplete, lastLine == .dropped {
        droppedTornLine = true
        return nil
      }
      let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
      if !line.isEmpty { return line }
    }
    return nil
  }

  /// The value on the next line; nil at the end.
  ///
  /// - Throws: ``FormatError`` with the number of a line that does not hold such a value.
  public func next<Value: Decodable>(_ type: Value.Type) throws(FormatError) -> Value? {
    guard let line = try next() else { return nil }
    do {
      return try decoder.decode(type, from: Data(line))
    } catch {
      throw FormatError(
        "has a line \(lineNumber) that cannot be read as \(type): \(reason(error))", in: input.file)
    }
  }

  /// All values up to the end of the file.
  public func rest<Value: Decodable>(of type: Value.Type) throws(FormatError) -> [Value] {
    var values: [Value] = []
    while let value = try next(type) { values.append(value) }
    return values
  }

  private func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    default: "it is not valid JSON"
    }
  }
}
