import HoldfastCore
import HoldfastFormats
import HoldfastMedia

/// Reads a folder with one folder of a modality's files per class: `<class>/<file>`.
///
/// ``FolderClasses`` says which label a folder has; ids are `<class>/<file>`. If no class folder
/// holds files and all of them have one folder of the same name, such as Tiny ImageNet's `images`,
/// the files lie there: `<class>/images/<file>`. Hidden files are skipped. A video may be a
/// folder of its frames.
func classFolder(
  at path: String, for request: DataRequest, split: String? = nil
) throws -> any DataSet {
  let modality = request.modality
  let folders = try subfolders(of: path)
  var files = try folders.map { try sampleNames(in: "\(path)/\($0)", of: modality) }
  if files.allSatisfy(\.isEmpty), let shared = try sharedSubfolder(of: folders, in: path) {
    files = try folders.map { folder in
      try sampleNames(in: "\(path)/\(folder)/\(shared)", of: modality).map { "\(shared)/\($0)" }
    }
  }
  let classes = try FolderClasses(folders, in: path, named: request.classes)
  let items = zip(folders, files).flatMap { folder, names in
    names.map { name in
      let file = "\(path)/\(folder)/\(name)"
      return DataItem(
        id: "\(folder)/\(name)", label: classes.labels[folder] ?? 0, file: file,
        content: .file(file))
    }
  }
  guard !items.isEmpty else {
    let list = modality.fileKinds.map { ".\($0)" }.joined(separator: ", ")
    throw DataError(
      "holds no \(modality == .image ? "pictures" : "files of the modality \(modality.rawValue)")",
      in: path,
      hint: "expected are folders named by class, each with files "
        + (list.isEmpty ? "that this modality has none of" : "that end in one of \(list)"))
  }
  return try ListedDataSet(
    layout: modality == .image ? "image-folder" : "class-folder", path: request.path,
    classNames: classes.names, items: items, split: split,
    remarks: classes.remarks
      + remark(onEmpty: zip(folders, files).filter(\.1.isEmpty).map(\.0), in: path))
}

/// What a user should know of class folders without samples; nothing if there are none.
private func remark(onEmpty folders: [String], in path: String) -> [String] {
  guard !folders.isEmpty else { return [] }
  let names = folders.prefix(5).map { "`\($0)`" } + (folders.count > 5 ? ["…"] : [])
  return [
    "\(folders.count) class \(folders.count == 1 ? "folder" : "folders") of `\(path)` without samples "
      + "stay rivals of the others: \(names.joined(separator: ", "))"
  ]
}

/// The names of a class folder's samples, in order of their bytes.
func sampleNames(in folder: String, of modality: Modality) throws -> [String] {
  let kinds = modality.fileKinds
  return try contents(of: folder).filter { name in
    kinds.contains(PathParts.ending(of: name))
      || (modality == .video && isFolder("\(folder)/\(name)"))
  }
}

/// The name of the only folder in each of some folders; nil if the names differ.
private func sharedSubfolder(of folders: [String], in path: String) throws -> String? {
  let names = try folders.map { try subfolders(of: "\(path)/\($0)") }
  guard let first = names.first, first.count == 1, names.allSatisfy({ $0 == first }) else {
    return nil
  }
  return first[0]
}

extension Modality {
  /// The endings of the files that hold samples of this modality.
  fileprivate var fileKinds: [String] {
    switch self {
    case .image, .thermal, .depth: ["jpg", "jpeg", "png"]
    case .audio: ["wav", "flac", "ogg", "oga", "opus"]
    case .video: ["mp4", "avi", "mkv", "webm", "mov"]
    case .points: ["off", "ply", "xyz", "txt", "npy", "pt"]
    case .event: ["npz", "npy", "png", "jpg", "jpeg"]
    case .inertial: ["npy"]
    default: []
    }
  }
}
