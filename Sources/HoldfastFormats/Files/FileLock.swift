#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lock on a file, held until this value is gone or the process ends, however it ends.
///
/// It is advisory (`flock`): it binds those who ask for it. A symbolic link is not followed.
public final class FileLock {
  /// Whether others may hold the lock at the same time.
  public enum Kind: Sendable, Hashable {
    /// No other process may.
    case exclusive
    /// Others that share it may.
    case shared
  }

  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock of the file at `path`, which is created if missing; nil when another process
  /// holds it.
  ///
  /// - Throws: ``FormatError`` when the file cannot be opened.
  public static func take(_ kind: Kind, of path: String) throws(FormatError) -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .unopened(path) }
    let lock = FileLock(descriptor: descriptor)
    let operation = kind == .exclusive ? LOCK_EX : LOCK_SH
    return flock(descriptor, operation | LOCK_NB) == 0 ? lock : nil
  }

  /// Whether another process holds the lock of a file that exists.
  public static func isTaken(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    let lock = FileLock(descriptor: descriptor)
    return withExtendedLifetime(lock) { flock(descriptor, LOCK_EX | LOCK_NB) != 0 }
  }
}

extension FileLock {
  /// Takes the lock of the file at `path` by itself, once nobody else holds it.
  ///
  /// - Parameter waiting: called once if another process holds the lock.
  /// - Throws: ``FormatError`` when the file cannot be opened or locked.
  static func whenFree(_ path: String, waiting: () -> Void) throws(FormatError) -> FileLock {
    if let lock = try take(.exclusive, of: path) { return lock }
    waiting()
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .unopened(path) }
    let lock = FileLock(descriptor: descriptor)
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .system("lock the file", file: path) }
    }
    return lock
  }
}
