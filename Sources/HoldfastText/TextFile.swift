import Foundation

/// Reading of whole text files, with limits and with errors that name the file.
enum TextFile {
  /// No tokeniser file or list of names comes near this; anything larger is a mistake.
  static let largest = 256 << 20

  static func data(_ url: URL) throws(TextError) -> Data {
    let keys: Set<URLResourceKey> = [.isRegularFileKey, .fileSizeKey]
    guard let facts = try? url.resolvingSymlinksInPath().resourceValues(forKeys: keys) else {
      throw TextError(what: "no such file", where: url.path, hint: "check the path")
    }
    guard facts.isRegularFile == true else {
      throw TextError(what: "not a file", where: url.path, hint: "name the file, not its folder")
    }
    guard let size = facts.fileSize, size <= largest else {
      throw TextError(
        what: "larger than \(largest >> 20) MiB", where: url.path,
        hint: "this is too large for the text file that is expected; check the path")
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw TextError(what: "cannot be read", where: url.path, hint: "check its permissions")
    }
  }

  static func string(_ url: URL) throws(TextError) -> String {
    let data = try data(url)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw TextError(
        what: "not UTF-8 text", where: url.path,
        hint: "unpack it if it is compressed, or save it again as UTF-8")
    }
    return text
  }

  /// The lines of a file, without their endings (LF or CRLF) and without a byte-order mark.
  ///
  /// Line `i` of the file, counted from 1, is element `i - 1`.
  static func lines(_ url: URL) throws(TextError) -> [String] {
    var scalars = Substring(try string(url)).unicodeScalars
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.last == "\r" ? String(line.dropLast()) : String(line)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  static func json<Value: Decodable>(_ type: Value.Type, _ url: URL) throws(TextError) -> Value {
    let data = try data(url)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw TextError(
        what: reason(error), where: url.path,
        hint: "the file is damaged or is something else; fetch it again")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "not valid JSON" }
    func path(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      return keys.isEmpty ? "the top level" : "\"\(keys.joined(separator: "."))\""
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\"\(key.stringValue)\" is missing at \(path(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "a value of the wrong type at \(path(context))"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "not valid JSON" : "an unusable value at \(path(context))"
    @unknown default:
      return "not valid JSON"
    }
  }
}
