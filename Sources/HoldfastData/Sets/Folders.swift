import Foundation
import HoldfastFormats

/// The folders in a folder, in order of their names.
///
/// - Throws: ``DataError`` for a folder that is not there; `FormatError` when the system fails.
func subfolders(of path: String) throws -> [String] {
  try contents(of: path).filter { try FileStatus(of: "\(path)/\($0)")?.isFolder == true }
}

/// Whether a path is that of a folder.
func isFolder(_ path: String) -> Bool {
  var result: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &result) && result.boolValue
}

/// What a folder holds, without hidden entries, in order of the names' bytes.
///
/// - Throws: ``DataError`` for a folder that is not there; `FormatError` when the system fails.
func contents(of path: String) throws -> [String] {
  guard try FileStatus(of: path)?.isFolder == true else {
    throw DataError("is not a folder", in: path, hint: "check the path")
  }
  return try namesInFolder(path).filter { !$0.hasPrefix(".") }.sorted(by: precedes)
}

/// The bytes in a file, or in the files of a folder of frames, links followed.
///
/// - Throws: ``DataError`` for a file that is not there; `FormatError` when the system fails.
func fileSize(_ path: String) throws -> Int {
  guard let status = try FileStatus(of: path) else {
    throw DataError("does not exist", in: path, hint: "check the path")
  }
  guard status.isFolder else { return status.size }
  var sum = 0
  for name in try namesInFolder(path) {
    let file = "\(path)/\(name)"
    if try FileStatus(of: file)?.isFolder != true { sum += try fileSize(file) }
  }
  return sum
}

/// Whether a name comes before another in order of their bytes.
func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
