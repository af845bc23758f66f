import HoldfastCore
import HoldfastFormats

extension DataLayout {
  /// A folder of class folders, with or without folders of splits above them.
  static let classFolders = DataLayout(
    name: "class-folder", summary: "a folder per class, by itself or below a folder per split",
    senses: [], files: "[<split>/]<class>/<file>", splits: [], matches: isFolder,
    samples: { request in
      let splits = try splitFolders(of: request.path)
      guard !splits.isEmpty else {
        try request.checkHasNoSplit("one folder of classes")
        return try classFolder(at: request.path, for: request)
      }
      let split = try request.chosen(of: splits)
      return try classFolder(at: "\(request.path)/\(split)", for: request, split: split)
    })

  /// CLIP_benchmark's shards.
  static let webDataset = DataLayout(
    name: "webdataset", summary: "CLIP_benchmark's shards, with class names and templates",
    senses: [.image], files: "[<split>/]nshards.txt, [<split>/]<n>.tar",
    splits: ["test", "train"], matches: WebDatasetFolder.matches,
    samples: { try WebDatasetFolder($0) })

  /// A manifest in CSV or in JSON lines.
  static let manifests = DataLayout(
    name: "manifest",
    summary: "a list of files with labels or captions, and their modalities if several",
    senses: [], files: "<name>.csv or .jsonl with path, label or input, caption[, modality]",
    splits: [],
    matches: { ["csv", "jsonl"].contains(PathParts.ending(of: $0)) && !isFolder($0) },
    samples: { request in
      try request.checkHasNoSplit("a manifest")
      return try manifest(request)
    },
    pairs: { request in
      try request.checkHasNoSplit("a manifest")
      let named = request.modality.rawValue.isEmpty ? nil : request.modality
      return try pairManifest(at: request.path, of: named)
    })
}

/// The splits of a folder of class folders, the one to test on first; empty unless all its folders
/// have names of splits.
private func splitFolders(of path: String) throws -> [String] {
  let known = ["test", "val", "validation", "valid", "dev", "train"]
  let folders = try subfolders(of: path)
  guard !folders.isEmpty, folders.allSatisfy(known.contains) else { return [] }
  return known.filter(folders.contains)
}
