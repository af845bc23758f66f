import Foundation
import HoldfastFormats

/// Where the files of a data set lie that is shipped without them, and so by no fixed rule.
struct FileFinder {
  private let folders: [String]
  private let endings: [String]
  /// Files by their names without endings.
  private var stems: [String: String] = [:]

  /// Looks into those of the folders that are there, first ones first.
  init(_ folders: [String], endings: [String]) {
    self.folders = folders.filter(isFolder)
    self.endings = endings
    for folder in self.folders {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
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
  func file(named name: String) -> String? {
    folders.lazy.map { "\($0)/\(name)" }
      .first { FileManager.default.fileExists(atPath: $0) && !isFolder($0) }
  }
}
