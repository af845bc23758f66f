#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension FormatError {
  /// Whether this one file is at fault, so that others may do: its content is wrong, or the path
  /// leads to no regular file.
  ///
  /// Else the system could not read it: permissions, a disk or a server that fails, no memory or no
  /// descriptors left. Then nothing can be said about the file, nor about the next.
  public var isDamage: Bool {
    guard let code else { return true }
    return [EISDIR, ELOOP, ENAMETOOLONG].contains(code)
  }

  /// The operating system's refusal as a sentence about `file`; `action` reads as in "cannot …".
  static func system(_ action: String, file: String, code: Int32 = errno) -> FormatError {
    let (what, hint): (String, String?) =
      switch code {
      case ENOENT: ("does not exist", "check the path")
      case EACCES, EPERM:
        (
          "cannot \(action): permission denied",
          "change its permissions or those of its folder, or choose another"
        )
      case EISDIR: ("is a directory, expected a file", nil)
      case ENOTDIR: ("a part of the path is not a directory", nil)
      case ENOSPC, EDQUOT:
        (
          "cannot \(action): the disk is full",
          "free some space or choose another folder; nothing was overwritten"
        )
      case EFBIG:
        (
          "cannot \(action): the file has come to the largest size that is allowed here",
          "raise the limit (`ulimit -f`), or choose a folder on another file system"
        )
      case EROFS:
        (
          "cannot \(action): the file system is read-only",
          "choose another folder, or make this one writable"
        )
      case EMFILE, ENFILE:
        (
          "cannot \(action): \(text(of: code))",
          "raise the limit (`ulimit -n`), or end programs that hold files open"
        )
      case EIO, ESTALE:
        (
          "cannot \(action): \(text(of: code))",
          "check the disk, or the server that the file lies on"
        )
      default: ("cannot \(action): \(text(of: code))", nil)
      }
    return FormatError(what, in: file, hint: hint, code: code)
  }

  private static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}

/// A descriptor for reading a regular file or a pipe, with the size of the former.
///
/// - Parameter followsLinks: whether the last name of the path may be a symbolic link.
func openForReading(
  _ path: String, regularOnly: Bool, followsLinks: Bool = true
) throws(FormatError) -> (descriptor: Int32, size: Int?) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  let flags =
    O_RDONLY | O_CLOEXEC | (regularOnly ? O_NONBLOCK : 0) | (followsLinks ? 0 : O_NOFOLLOW)
  guard !path.utf8.contains(0) else { throw FormatError("the path holds a NUL byte", in: path) }
  let descriptor = open(path, flags)
  guard descriptor >= 0 else {
    throw followsLinks ? .system("open the file", file: path) : .unopened(path)
  }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    let error = FormatError.system("inspect the file", file: path)
    close(descriptor)
    throw error
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return (descriptor, Int(status.st_size))
  case S_IFDIR:
    close(descriptor)
    throw .system("read the file", file: path, code: EISDIR)
  default:
    guard regularOnly else { return (descriptor, nil) }
    close(descriptor)
    throw FormatError("is not a regular file", in: path)
  }
}

/// Whether there is a file (not a directory) at `path`.
func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
}

/// Whether there is a directory at `path`.
func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
