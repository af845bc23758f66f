import Foundation
import HoldfastFormats

/// Finds the files of a data set that is shipped without them, so that nobody knows their folder.
struct FileFinder {
  private let folders: [String]
  private let endings: [String]
  /// Files by their names without endings.
  private var stems: [String: String] = [:]

  /// Looks into those of the folders that are there, first ones first.
  ///
  /// - Throws: `FormatError` when the system cannot read a folder, so that files cannot be called
  ///   missing.
  init(_ folders: [String], endings: [String]) throws {
    self.folders = try folders.filter { try FileStatus(of: $0)?.isFolder == true }
    self.endings = endings
    for folder in self.folders {
      for name in try namesInFolder(folder)
      where endings.contains(PathParts.ending(of: name)) {
        let stem = PathParts.stem(of: name)
        if stems[stem] == nil { stems[stem] = "\(folder)/\(name)" }
      }
    }
  }

  /// The file of the first of some names, without endings, that is there.
  func file(called names: [String]) -> String? {
    names.lazy.compactMap { stems[$0] }.first
  }

  /// The file of a name with its ending, or a path, below the first folder that has it.
  ///
  /// - Throws: `FormatError` when the system cannot tell whether it is there.
  func file(named name: String) throws(FormatError) -> String? {
    for folder in folders {
      let path = "\(folder)/\(name)"
      if try FileStatus(of: path)?.isFolder == false { return path }
    }
    return nil
  }
}
