import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Appends values to a file, one line of JSON each.
///
/// A line is written with a single call and only ever appended, so a process that dies leaves at
/// most one torn line, at the end; it is cut off when the file is opened again. The file is locked
/// while it is open: a second writer is refused. So is a symbolic link, and a file that ends in something
/// else than the beginning of a JSON object.
public final class JSONLinesWriter {
  /// When the disk is asked to keep what was written.
  public enum Durability: Sendable, Hashable {
    /// After every line: a line that was appended survives a power cut.
    case everyLine
    /// Left to the system: a line survives the death of the process.
    case system
  }

  /// The path of the file.
  public let file: String

  private let writer: FileWriter
  private let durability: Durability
  private let encoder: JSONEncoder

  /// Opens `path` for appending and creates it if it is missing.
  ///
  /// - Throws: ``FormatError`` when the system refuses, another process writes to the file, or the file is
  ///   not one that this type writes.
  public init(
    appendingTo path: String, durability: Durability = .everyLine
  ) throws(FormatError) {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    let descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .unopened(path) }
    file = path
    self.durability = durability
    writer = FileWriter(descriptor: descriptor, named: path)
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw FormatError(
        "is being written by another process", in: path,
        hint: "wait for it, or give this run another name")
    }
    try Self.cutTornLine(descriptor, file: path)
  }

  /// Appends one value, with its keys sorted.
  public func append(_ value: some Encodable) throws {
    try append(line: Array(encoder.encode(value)))
  }

  /// Appends one line that is already JSON, without its newline.
  public func append(line: [UInt8]) throws(FormatError) {
    let newline = UInt8(ascii: "\n")
    guard !line.contains(newline) else {
      throw FormatError("takes one line at a time", in: file)
    }
    try writer.write(line + [newline])
    if durability == .everyLine { try writer.synchronize() }
  }

  /// Flushes what was appended to the disk.
  public func synchronize() throws(FormatError) { try writer.synchronize() }

  /// Shortens the file to the end of its last whole line.
  private static func cutTornLine(_ descriptor: Int32, file: String) throws(FormatError) {
    var end = lseek(descriptor, 0, SEEK_END)
    let size = end
    var block = [UInt8](repeating: 0, count: 1 << 16)
    search: while end > 0 {
      let start = max(0, end - off_t(block.count))
      let count = pread(descriptor, &block, Int(end - start), start)
      guard count == Int(end - start) else { throw .system("read the file", file: file) }
      if let newline = block[..<count].lastIndex(of: UInt8(ascii: "\n")) {
        end = start + off_t(newline) + 1
        break search
      }
      end = start
    }
    guard end != size else { return }
    var first: UInt8 = 0
    guard pread(descriptor, &first, 1, end) == 1 else { throw .system("read the file", file: file) }
    guard first == UInt8(ascii: "{") else {
      throw FormatError(
        "does not end as a file of JSON lines does, so nothing is cut off or added", in: file,
        hint: "look at the file; remove it or give this run another folder")
    }
    guard ftruncate(descriptor, end) == 0 else { throw .system("shorten the file", file: file) }
  }
}
