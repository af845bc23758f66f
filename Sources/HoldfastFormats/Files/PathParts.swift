/// The parts of a path, found byte by byte.
///
/// `NSString` looks for a slash among characters; if a combining mark follows one, the two are a
/// single character, and `deletingLastPathComponent` traps.
public enum PathParts {
  /// What stands before the last name: `a/b` of `a/b/c.txt`, `/` of `/c.txt`, empty for a name
  /// alone.
  public static func folder(of path: String) -> String {
    let bytes = trimmed(path)
    guard let slash = bytes.lastIndex(of: separator) else { return "" }
    let folder = bytes[..<slash]
    let end = folder.lastIndex { $0 != separator }
    return end.map { String(decoding: folder[...$0], as: UTF8.self) } ?? "/"
  }

  /// The last name: `c.txt` of `a/b/c.txt`, and of `a/b/c.txt/`.
  public static func name(of path: String) -> String {
    let bytes = trimmed(path)
    let start = bytes.lastIndex(of: separator).map { $0 + 1 } ?? 0
    return String(decoding: bytes[start...], as: UTF8.self)
  }

  /// The last name without its ending: `c` of `a/b/c.txt`.
  public static func stem(of path: String) -> String {
    let name = Array(name(of: path).utf8)
    return String(decoding: name[..<(dot(in: name) ?? name.count)], as: UTF8.self)
  }

  /// What follows the last dot of the last name, in lower case: `txt` of `a/b/c.TXT`; empty if
  /// there is no dot except a leading one.
  public static func ending(of path: String) -> String {
    let name = Array(name(of: path).utf8)
    return dot(in: name).map { String(decoding: name[($0 + 1)...], as: UTF8.self) }?
      .lowercased() ?? ""
  }

  private static let separator = UInt8(ascii: "/")

  private static func dot(in name: [UInt8]) -> Int? {
    name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? $0 : nil }
  }

  /// The bytes of a path without the slashes at its end.
  private static func trimmed(_ path: String) -> [UInt8] {
    var bytes = Array(path.utf8)
    while bytes.last == separator, bytes.count > 1 { bytes.removeLast() }
    return bytes
  }
}
