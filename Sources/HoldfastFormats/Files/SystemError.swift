#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension FormatError {
  /// The operating system's refusal as a sentence about `file`; `action` reads as in "cannot …".
  static func system(_ action: String, file: String, code: Int32 = errno) -> FormatError {
    switch code {
    case ENOENT:
      FormatError("does not exist", in: file, hint: "check the path")
    case EACCES, EPERM:
      FormatError(
        "cannot \(action): permission denied", in: file,
        hint: "change its permissions or those of its folder, or choose another")
    case EISDIR:
      FormatError("is a directory, expected a file", in: file)
    case ENOTDIR:
      FormatError("a part of the path is not a directory", in: file)
    case ENOSPC, EDQUOT:
      FormatError(
        "cannot \(action): the disk is full", in: file,
        hint: "free some space or choose another folder; nothing was overwritten")
    case EFBIG:
      FormatError(
        "cannot \(action): the file has come to the largest size that is allowed here", in: file,
        hint: "raise the limit (`ulimit -f`), or choose a folder on another file system")
    case EROFS:
      FormatError(
        "cannot \(action): the file system is read-only", in: file,
        hint: "choose another folder, or make this one writable")
    default:
      FormatError("cannot \(action): \(String(cString: strerror(code)))", in: file)
    }
  }
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
