#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file or pipe read front to back in constant memory.
public final class FileReader {
  /// The path, as the caller gave it.
  public let file: String

  /// Bytes in the file, or nil for a pipe.
  public let size: Int?

  /// Bytes handed out so far.
  public private(set) var position = 0

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var unread = 0..<0

  /// Opens the file at `path`.
  ///
  /// - Parameter followsLinks: whether it may be a symbolic link, or a pipe.
  /// - Throws: ``FormatError`` when it is missing, unreadable or a directory.
  public convenience init(
    _ path: String, bufferSize: Int = 1 << 20, followsLinks: Bool = true
  ) throws(FormatError) {
    try self.init(
      path, bufferSize: bufferSize, regularOnly: !followsLinks, followsLinks: followsLinks)
  }

  private init(
    _ path: String, bufferSize: Int, regularOnly: Bool, followsLinks: Bool = true
  ) throws(FormatError) {
    (descriptor, size) = try openForReading(
      path, regularOnly: regularOnly, followsLinks: followsLinks)
    file = path
    buffer = .allocate(byteCount: max(bufferSize, 1), alignment: 64)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// Bytes that are certainly still to come, or nil for a pipe.
  var remaining: Int? { size.map { max(0, $0 - position) } }

  /// The next bytes, at least one, valid until the next call; nil at the end.
  func nextPiece() throws(FormatError) -> UnsafeRawBufferPointer? {
    guard try refill() else { return nil }
    let piece = UnsafeRawBufferPointer(rebasing: buffer[unread])
    consume(piece.count)
    return piece
  }

  /// Up to `count` bytes; fewer only at the end of the file.
  ///
  /// Memory grows with what is really there, so a `count` out of a hostile header costs nothing.
  func read(_ count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(count, remaining ?? 1 << 16))
    while bytes.count < count, try refill() {
      let piece = buffer[unread].prefix(count - bytes.count)
      bytes.append(contentsOf: piece)
      consume(piece.count)
    }
    return bytes
  }

  /// Passes over `count` bytes, and says whether they were there.
  func skip(_ count: Int) throws(FormatError) -> Bool {
    var left = count
    while left > 0 {
      if unread.isEmpty, let remaining, remaining >= left, left > buffer.count,
        lseek(descriptor, off_t(left), SEEK_CUR) >= 0
      {
        position += left
        return true
      }
      guard try refill() else { return false }
      let step = min(left, unread.count)
      consume(step)
      left -= step
    }
    return true
  }

  /// The next line without its newline, and whether it had one; nil at the end.
  func line(limit: Int) throws(FormatError) -> (bytes: [UInt8], isComplete: Bool)? {
    guard try refill() else { return nil }
    var bytes: [UInt8] = []
    repeat {
      let piece = buffer[unread]
      let end = piece.firstIndex(of: UInt8(ascii: "\n"))
      let part = piece[piece.startIndex..<(end ?? piece.endIndex)]
      guard bytes.count + part.count <= limit else {
        throw FormatError("a line is longer than \(limit) bytes", in: file)
      }
      bytes.append(contentsOf: part)
      consume(part.count + (end == nil ? 0 : 1))
      if end != nil { return (bytes, true) }
    } while try refill()
    return (bytes, false)
  }

  /// All bytes of the file at `path`.
  ///
  /// Unlike a map (``MappedFile``), it may shrink meanwhile, and a disk that fails is an error and not
  /// the end of the process.
  ///
  /// - Throws: ``FormatError`` when it is missing, not a regular file, or cannot be read to its
  ///   end.
  public static func bytes(of path: String) throws(FormatError) -> [UInt8] {
    let reader = try FileReader(path, bufferSize: 1 << 16, regularOnly: true)
    let bytes = try reader.read(.max)
    guard !bytes.isEmpty else {
      throw FormatError("is empty", in: path, hint: "a download or a copy may have failed")
    }
    return bytes
  }

  /// `count` bytes of the file at `path` from `offset` on, without reading what lies before.
  ///
  /// - Throws: ``FormatError`` when it is missing, cannot be read, or ends before.
  public static func bytes(
    of path: String, from offset: Int, count: Int
  ) throws(FormatError) -> [UInt8] {
    let reader = try FileReader(path, bufferSize: 1 << 16)
    guard try reader.skip(offset), case let bytes = try reader.read(count), bytes.count == count
    else {
      throw FormatError(
        "ends before byte \(offset + count)", in: path,
        hint: "it has changed since it was looked through: fetch it again")
    }
    return bytes
  }

  private func consume(_ count: Int) {
    unread = (unread.lowerBound + count)..<unread.upperBound
    position += count
  }

  /// Makes sure that there is something unread; false at the end of the file.
  private func refill() throws(FormatError) -> Bool {
    guard unread.isEmpty else { return true }
    while true {
      #if canImport(Darwin)
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("read the file", file: file)
      }
      unread = 0..<count
      return count > 0
    }
  }
}
