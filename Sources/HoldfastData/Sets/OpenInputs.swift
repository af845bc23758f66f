public import HoldfastCore
import HoldfastFormats
import HoldfastMedia

/// Opens what lies at a path for a use that needs no classes.
///
/// What ``openDataSet(at:classes:modality:split:)`` reads is read as there. Besides, of pairs the inputs
/// count, and a folder of files without folders in it is a set too; then
/// ``DataSet/hasLabels`` is false.
///
/// - Throws: as ``openDataSet(at:classes:modality:split:)``.
public func openInputs(
  at path: String, classes: [String]? = nil, modality: Modality = .image, split: String? = nil
) throws -> any DataSet {
  let layout = DataLayouts.layout(of: path)
  if let layout, layout.samples == nil {
    return try openPairs(at: path, modality: modality, split: split).set()
  }
  if layout?.name == DataLayout.classFolders.name, try subfolders(of: path).isEmpty {
    let names = try sampleNames(in: path, of: modality)
    guard !names.isEmpty, split == nil else {
      return try openDataSet(at: path, classes: classes, modality: modality, split: split)
    }
    let items = names.map { name in
      DataItem(id: name, label: 0, file: "\(path)/\(name)", content: .file("\(path)/\(name)"))
    }
    return try ListedDataSet(
      layout: "folder", path: path, classNames: nil, items: items, hasLabels: false)
  }
  do {
    return try openDataSet(at: path, classes: classes, modality: modality, split: split)
  } catch {
    // A manifest of pairs has the ending of one of samples.
    guard layout?.pairs != nil,
      let pairs = try? openPairs(at: path, modality: modality, split: split)
    else { throw error }
    return try pairs.set()
  }
}
