import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Appends what comes to a file that is not complete yet.
final class BlobSink: HTTPSink, @unchecked Sendable {
  // Touched by one transfer at a time.
  private let path: String
  private let size: Int
  private let descriptor: Int32
  private let writer: FileWriter
  private let progress: @Sendable (Int) -> Void
  /// The bytes that are there.
  private(set) var count: Int

  /// What is there of a file that will have `size` bytes; one that is too long begins anew, and a symbolic
  /// link is refused.
  ///
  /// - Parameter progress: told how many bytes are there, on the thread of the transfer.
  init(at path: String, size: Int, progress: @escaping @Sendable (Int) -> Void) throws(FormatError)
  {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .unopened(path) }
    writer = FileWriter(descriptor: descriptor, named: path)
    self.path = path
    self.size = size
    self.progress = progress
    count = max(0, Int(lseek(descriptor, 0, SEEK_END)))
    if count > size { try empty() }
  }

  /// The header that asks for the rest; empty if nothing is there yet.
  var range: [String: String] { count > 0 ? ["Range": "bytes=\(count)-"] : [:] }

  /// Discards what is there.
  func empty() throws(FormatError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .system("empty the file", file: path) }
    count = 0
  }

  /// Hands what was written to the disk.
  func finish() throws(FormatError) { try writer.synchronize() }

  func begin(_ answer: HTTPURLResponse) throws -> Bool {
    switch answer.statusCode {
    case 206:
      // A server that continues from elsewhere would leave a hole or a repetition.
      let start = answer.value(forHTTPHeaderField: "Content-Range")?.split(separator: "-").first
      if start != "bytes \(count)" { try empty() }
      return start == "bytes \(count)"
    case 200:
      if count > 0 { try empty() }
      return true
    case 416:
      try empty()
      return false
    default: return false
    }
  }

  func take(_ bytes: Data) throws {
    guard count + bytes.count <= size else {
      try empty()
      throw FormatError("the hub sent more than its \(size) bytes", in: path)
    }
    try bytes.withUnsafeBytes { try writer.write($0) }
    count += bytes.count
    progress(count)
  }
}
