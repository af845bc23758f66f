import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

/// Reads a folder with one folder of a sense's files per class: `<class>/<file>`.
///
/// Classes are the folders' names in order of their bytes; ids are `<class>/<file>`. Hidden files
/// are passed over. A video may be a folder of its frames.
func classFolder(
  at path: String, for request: DataRequest, split: String? = nil
) throws -> any DataSet {
  let modality = request.modality
  let kinds = modality.fileKinds
  let folders = try subfolders(of: path)
  var items: [DataItem] = []
  for (label, folder) in folders.enumerated() {
    let names = try contents(of: "\(path)/\(folder)")
    for name in names {
      let isFrames = modality == .video && isFolder("\(path)/\(folder)/\(name)")
      guard isFrames || kinds.contains(PathParts.ending(of: name)) else {
        continue
      }
      items.append(
        DataItem(
          id: "\(folder)/\(name)", label: label, file: "\(path)/\(folder)/\(name)",
          content: .file("\(path)/\(folder)/\(name)")))
    }
  }
  guard !items.isEmpty else {
    let list = kinds.map { ".\($0)" }.joined(separator: ", ")
    throw DataError(
      "holds no \(modality == .image ? "pictures" : "files of the sense \(modality.rawValue)")",
      in: path,
      hint: "expected are folders named by class, each with files "
        + (kinds.isEmpty ? "that this sense has none of" : "that end in one of \(list)"))
  }
  return try ListedDataSet(
    layout: modality == .image ? "image-folder" : "class-folder", path: request.path,
    classNames: folders.map { $0.replacingOccurrences(of: "_", with: " ") }, items: items,
    split: split)
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
func contents(of path: String) throws -> [String] {
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
    throw DataError("cannot be read", in: path, hint: "check that it exists and may be read")
  }
  return names.filter { !$0.hasPrefix(".") }
    .sorted(by: precedes)
}

/// Whether a name comes before another in order of their bytes.
func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

extension Modality {
  /// The endings of the files that hold samples of this sense.
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
