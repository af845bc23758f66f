import Foundation

/// Opens the data set at a path: an image folder, a CSV manifest, or a webdataset folder.
///
/// - Parameter classes: class names that replace those of the set; a manifest's labels are read
///   with them.
public func openDataSet(at path: String, classes: [String]? = nil) throws -> any DataSet {
  guard FileManager.default.fileExists(atPath: path) else {
    throw DataError("does not exist", in: path, hint: "give a folder of class folders, or a .csv")
  }
  if isFolder(path) {
    return WebDatasetFolder.matches(path)
      ? try WebDatasetFolder(at: path) : try imageFolder(at: path)
  }
  guard path.lowercased().hasSuffix(".csv") else {
    throw DataError(
      "is not a data set", in: path,
      hint: "an image folder, a CSV manifest (path,label) and a webdataset folder are read")
  }
  return try csvManifest(at: path, classes: classes)
}
