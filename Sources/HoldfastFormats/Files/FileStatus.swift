#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What lies at a path, links followed.
public struct FileStatus: Hashable, Sendable {
  /// Whether it is a folder.
  public let isFolder: Bool
  /// Its size in bytes.
  public let size: Int

  /// Looks at `path`; nil if nothing is there, or only a link that leads nowhere.
  ///
  /// A link that leads to itself is a file of no bytes, which cannot be read.
  ///
  /// - Throws: ``FormatError`` when the system cannot tell: a folder above may not be read, or a
  ///   disk does not answer.
  public init?(of path: String) throws(FormatError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      switch code {
      case ENOENT, ENOTDIR: return nil
      case ELOOP: (isFolder, size) = (false, 0)
      default: throw .system("look at it", file: path, code: code)
      }
      return
    }
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    size = Int(status.st_size)
  }
}

/// The names in a folder, hidden ones too, without `.` and `..`, in no order.
///
/// - Throws: ``FormatError`` when the folder is missing or cannot be read to its end.
public func namesInFolder(_ path: String) throws(FormatError) -> [String] {
  guard let folder = opendir(path) else { throw .system("list the folder", file: path) }
  defer { closedir(folder) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(folder) else {
      guard errno == 0 else { throw .system("list the folder", file: path) }
      return names
    }
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
}
