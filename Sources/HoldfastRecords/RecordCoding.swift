public import Foundation

/// How records are written: snake case, sorted keys, so that equal records are equal bytes.
public enum RecordCoding {
  /// A coder for `samples.jsonl`: one line.
  public static func lineEncoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// A coder for `run.json` and `summary.json`: indented.
  public static func documentEncoder() -> JSONEncoder {
    let encoder = lineEncoder()
    encoder.outputFormatting.insert(.prettyPrinted)
    return encoder
  }

  /// A reader of both.
  public static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}
