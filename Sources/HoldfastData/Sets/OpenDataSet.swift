import Foundation
public import HoldfastCore

/// Opens the data set at a path, whose layout is recognised by what lies there (``DataLayouts``).
///
/// - Parameters:
///   - classes: class names that replace those of the set; a manifest's labels are read with them.
///   - modality: the modality whose files count.
///   - split: the part of the set; by default the one that its layout names first, which is the
///     test split of those that have one.
/// - Throws: ``DataError`` for what is damaged or missing, with the file; `UsageError` for a split
///   or a modality that the set does not have.
public func openDataSet(
  at path: String, classes: [String]? = nil, modality: Modality = .image, split: String? = nil
) throws -> any DataSet {
  guard FileManager.default.fileExists(atPath: path) else {
    throw DataError(
      "does not exist", in: path,
      hint: nearestPath(path).map { "did you mean `\($0)`?" }
        ?? "give a folder of class folders, or a .csv")
  }
  guard let layout = DataLayouts.layout(of: path) else {
    throw DataError(
      "is not a data set", in: path,
      hint: "`holdfast list datasets` names the layouts that are read")
  }
  guard let samples = layout.samples else {
    throw DataError(
      "is \(layout.name) data, which has pairs and no classes", in: path,
      hint: "audit it with --task retrieval --pairs \(path)")
  }
  try layout.check(modality, at: path)
  return try samples(
    DataRequest(path: path, classes: classes, modality: modality, split: split))
}
