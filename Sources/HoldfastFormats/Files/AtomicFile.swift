#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that appear whole or not at all.
///
/// The content goes to a temporary file in the same directory, is flushed to disk and then renamed
/// over the destination. Whatever fails on the way, the destination keeps its former content and
/// the temporary file is removed.
public enum AtomicFile {
  /// Writes what `body` hands to the writer.
  ///
  /// - Throws: ``FormatError`` when the system refuses, and whatever `body` throws.
  public static func write(to path: String, _ body: (FileWriter) throws -> Void) throws {
    let temporary = temporaryPath(for: path)
    let writer = try FileWriter(creating: temporary, named: path)
    var isRenamed = false
    defer { if !isRenamed { unlink(temporary) } }
    try body(writer)
    try writer.finish()
    guard rename(temporary, path) == 0 else { throw FormatError.system("replace it", file: path) }
    isRenamed = true
    flushDirectory(of: path)
  }

  /// Writes bytes.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try $0.write(bytes) }
  }

  /// Writes text as UTF-8.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Removes the temporary files of writers of `path` that were killed.
  ///
  /// Only for who holds a lock: the file of a writer that is at work is removed too.
  public static func removeLeftovers(of path: String) throws(FormatError) {
    let folder = directory(of: path)
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    for file in try namesInFolder(folder.isEmpty ? "." : folder)
    where file.hasPrefix(".\(name).") && file.hasSuffix(".tmp") {
      unlink(folder + file)
    }
  }

  private static func temporaryPath(for path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let token = String(UInt64.random(in: .min ... .max), radix: 36)
    return directory(of: path) + "." + name + "." + token + ".tmp"
  }

  /// Makes the rename itself durable.
  ///
  /// A file system that cannot do it has still renamed.
  private static func flushDirectory(of path: String) {
    let folder = directory(of: path)
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Everything up to and with the last slash; empty for a bare name.
  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}

/// Takes the content of a new file, in order.
public final class FileWriter {
  private var descriptor: Int32
  private let file: String

  /// Creates the file at `path`, which must not exist, for a writer that appends as things happen.
  ///
  /// - Throws: ``FormatError`` when the system refuses.
  public convenience init(creating path: String) throws(FormatError) {
    try self.init(creating: path, named: path)
  }

  /// Creates `path`, which must not exist; messages speak of `name`.
  init(creating path: String, named name: String) throws(FormatError) {
    guard !path.utf8.contains(0) else { throw FormatError("the path holds a NUL byte", in: name) }
    file = name
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? FormatError(
          "its directory does not exist", in: name, hint: "create the directory first")
        : .system("create the file", file: name)
    }
  }

  /// Writes through a descriptor that is already open, and closes it at the end.
  init(descriptor: Int32, named name: String) {
    self.descriptor = descriptor
    file = name
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      #if canImport(Darwin)
        let written = Darwin.write(descriptor, piece.baseAddress, piece.count)
      #else
        let written = Glibc.write(descriptor, piece.baseAddress, piece.count)
      #endif
      if written < 0 {
        if errno == EINTR { continue }
        throw .system("write", file: file)
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FormatError) {
    let outcome = bytes.withUnsafeBytes { (buffer) -> Result<Void, FormatError> in
      Result { () throws(FormatError) in try write(buffer) }
    }
    try outcome.get()
  }

  /// Asks the disk to keep what was written so far.
  func synchronize() throws(FormatError) {
    guard fsync(descriptor) == 0 else { throw .system("write", file: file) }
  }

  /// Flushes and closes.
  func finish() throws(FormatError) {
    try synchronize()
    let status = close(descriptor)
    descriptor = -1
    guard status == 0 else { throw .system("write", file: file) }
  }
}
