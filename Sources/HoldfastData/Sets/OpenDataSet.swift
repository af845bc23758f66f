import Foundation
public import HoldfastCore

/// Opens the data set at a path: a folder of class folders, a CSV manifest, or a webdataset folder.
///
/// - Parameters:
///   - classes: class names that replace those of the set; a manifest's labels are read with them.
///   - modality: the sense whose files count in class folders.
public func openDataSet(
  at path: String, classes: [String]? = nil, modality: Modality = .image
) throws -> any DataSet {
  guard FileManager.default.fileExists(atPath: path) else {
    throw DataError("does not exist", in: path, hint: "give a folder of class folders, or a .csv")
  }
  if isFolder(path) {
    return WebDatasetFolder.matches(path)
      ? try WebDatasetFolder(at: path) : try classFolder(at: path, of: modality)
  }
  guard path.lowercased().hasSuffix(".csv") else {
    throw DataError(
      "is not a data set", in: path,
      hint:
        "a folder of class folders, a CSV manifest (path,label) and a webdataset folder are read")
  }
  return try csvManifest(at: path, classes: classes)
}
