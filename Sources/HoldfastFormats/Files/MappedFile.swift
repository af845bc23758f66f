#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The bytes of a file, read-only, brought into memory by the system page by page as they are read.
///
/// Opening costs the same for a kilobyte and for a gigabyte. Another process that shortens the
/// file while it is mapped breaks the mapping, as with every program that maps files; our own
/// writers never do that, they replace files whole (``AtomicFile``).
public final class MappedFile: Sendable {
  /// The path, as the caller gave it.
  public let file: String

  nonisolated(unsafe) private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps the file at `path`.
  ///
  /// - Throws: ``FormatError`` when it is missing, unreadable, empty, or not a regular file.
  public init(_ path: String) throws(FormatError) {
    let (descriptor, size) = try openForReading(path, regularOnly: true)
    defer { close(descriptor) }
    guard let size, size > 0 else {
      throw FormatError("is empty", in: path, hint: "a download or a copy may have failed")
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw .system("map the file", file: path) }
    file = path
    bytes = UnsafeRawBufferPointer(start: base, count: size)
    isMapped = true
  }

  /// Holds a copy of bytes that are already in memory, under a name for messages.
  public init(copying content: some Collection<UInt8>, named name: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
    copy.copyBytes(from: content)
    file = name
    bytes = UnsafeRawBufferPointer(copy)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// Bytes in the file.
  public var count: Int { bytes.count }

  /// Lends the bytes for the length of `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }

  /// Lends the bytes of `range`, which must lie inside the file, for the length of `body`.
  ///
  /// The memory they took is given back then, so that copying a file piece by piece needs memory for
  /// the copy alone.
  func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { release(range) }
    return try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  /// Gives back the memory of the whole pages in `range`; the next look brings them in again.
  private func release(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let start = (range.lowerBound + page - 1) / page * page
    let length = range.upperBound / page * page - start
    guard isMapped, length >= Self.worthReleasing, let base = bytes.baseAddress else { return }
    // Of no consequence if refused: it only says what is not needed.
    _ = madvise(UnsafeMutableRawPointer(mutating: base + start), length, Int32(MADV_DONTNEED))
  }

  private static let worthReleasing = 1 << 18
}
