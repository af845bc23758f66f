public import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files of a folder that one program writes and reads: a name in it that leads elsewhere is refused.
public enum OwnFile {
  /// All bytes of a regular file; nil when there is none.
  ///
  /// - Parameter limit: the most bytes that the file may have.
  /// - Throws: ``FormatError`` for a symbolic link, a folder, a pipe, and a file that is too large.
  public static func contents(
    of path: String, limit: Int = .max
  ) throws(FormatError) -> Data? {
    guard exists(path) else { return nil }
    let reader = try FileReader(path, followsLinks: false)
    guard reader.size ?? 0 <= limit else {
      throw FormatError("is larger than \(limit) bytes", in: path)
    }
    var data = Data()
    while let piece = try reader.nextPiece() { data.append(contentsOf: piece) }
    return data
  }

  /// Whether a path is that of a symbolic link.
  public static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Whether a name stays in its folder: ASCII letters, digits, dots and hyphens, at most 64 and no dot
  /// first.
  public static func isPlain(_ name: String) -> Bool {
    let others = [UInt8(ascii: "."), UInt8(ascii: "-")]
    return !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: others.contains(byte)
        }
      }
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }
}

extension FormatError {
  /// The error for a symbolic link in place of a file of our own.
  static func link(_ file: String) -> FormatError {
    FormatError(
      "is a symbolic link, and what it leads to is not touched", in: file,
      hint: "put the file itself in its place, or remove the link")
  }

  /// The refusal to open a file of our own without following links.
  static func unopened(_ file: String, code: Int32 = errno) -> FormatError {
    code == ELOOP ? .link(file) : .system("open the file", file: file, code: code)
  }
}
