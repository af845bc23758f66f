import Clibsndfile

/// A file in memory, as libsndfile reads and writes one through functions of ours.
final class SoundMemory {
  private(set) var bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
  }

  /// Opens this memory in a mode of libsndfile and runs `body` with the handle, nil when it cannot
  /// be opened; the handle is closed afterwards.
  func withHandle<Result>(
    mode: Int, _ info: inout SF_INFO, _ body: (OpaquePointer?, SF_INFO) throws(MediaError) -> Result
  ) throws(MediaError) -> Result {
    var functions = SF_VIRTUAL_IO(
      get_filelen: { SoundMemory.of($0).count },
      seek: { SoundMemory.of($2).seek($0, from: $1) },
      read: { SoundMemory.of($2).read(into: $0, $1) },
      write: { SoundMemory.of($2).write($0, $1) },
      tell: { sf_count_t(SoundMemory.of($0).position) })
    return try withExtendedLifetime(self) { () throws(MediaError) in
      let user = Unmanaged.passUnretained(self).toOpaque()
      let handle = sf_open_virtual(&functions, Int32(mode), &info, user)
      defer { if let handle { sf_close(handle) } }
      return try body(handle, info)
    }
  }

  private static func of(_ user: UnsafeMutableRawPointer?) -> SoundMemory {
    guard let user else { preconditionFailure("libsndfile lost the memory that it was handed") }
    return Unmanaged<SoundMemory>.fromOpaque(user).takeUnretainedValue()
  }

  private var count: sf_count_t { sf_count_t(bytes.count) }

  private func seek(_ offset: sf_count_t, from whence: Int32) -> sf_count_t {
    let base =
      switch Int(whence) {
      case SF_SEEK_CUR: sf_count_t(position)
      case SF_SEEK_END: count
      default: sf_count_t(0)
      }
    let (place, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, (0...count).contains(place) else { return -1 }
    position = Int(place)
    return place
  }

  private func read(into buffer: UnsafeMutableRawPointer?, _ wanted: sf_count_t) -> sf_count_t {
    let size = min(max(0, Int(wanted)), bytes.count - position)
    guard let buffer, size > 0 else { return 0 }
    bytes.withUnsafeBytes { all in
      UnsafeMutableRawBufferPointer(start: buffer, count: size)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: all[position..<position + size]))
    }
    position += size
    return sf_count_t(size)
  }

  private func write(_ buffer: UnsafeRawPointer?, _ size: sf_count_t) -> sf_count_t {
    guard let buffer, size > 0 else { return 0 }
    let content = UnsafeRawBufferPointer(start: buffer, count: Int(size))
    let end = position + Int(size)
    bytes.replaceSubrange(position..<min(end, bytes.count), with: content)
    position = end
    return size
  }
}
