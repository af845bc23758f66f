import Foundation
import HoldfastMedia

/// Reads a folder with one folder of pictures per class: `<class>/<picture>`.
///
/// Classes are the folders' names in order of their bytes; ids are `<class>/<picture>`. Hidden
/// files are passed over.
func imageFolder(at path: String) throws -> any DataSet {
  let folders = try subfolders(of: path)
  var items: [DataItem] = []
  for (label, folder) in folders.enumerated() {
    let names = try contents(of: "\(path)/\(folder)")
    for name in names where isPicture(name) {
      items.append(
        DataItem(
          id: "\(folder)/\(name)", label: label, file: "\(path)/\(folder)/\(name)",
          content: .file("\(path)/\(folder)/\(name)")))
    }
  }
  guard !items.isEmpty else {
    throw DataError(
      "holds no pictures", in: path,
      hint: "expected are folders named by class, each with .jpg, .jpeg or .png files")
  }
  return try ListedDataSet(
    layout: "image-folder", path: path,
    classNames: folders.map { $0.replacingOccurrences(of: "_", with: " ") }, items: items)
}

/// The folders in a folder, in order of their names.
func subfolders(of path: String) throws -> [String] {
  try contents(of: path).filter { isFolder("\(path)/\($0)") }
}

/// Whether a path is that of a folder.
func isFolder(_ path: String) -> Bool {
  var result: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &result) && result.boolValue
}

/// What a folder holds, without hidden entries, in order of the names' bytes.
private func contents(of path: String) throws -> [String] {
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
    throw DataError("cannot be read", in: path, hint: "check that it exists and may be read")
  }
  return names.filter { !$0.hasPrefix(".") }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

private func isPicture(_ name: String) -> Bool {
  ["jpg", "jpeg", "png"].contains((name as NSString).pathExtension.lowercased())
}
