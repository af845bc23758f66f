import HoldfastCore

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

  /// A CSV manifest.
  static let csv = DataLayout(
    name: "csv", summary: "a manifest with the columns path and label", senses: [],
    files: "<name>.csv", splits: [], matches: { $0.lowercased().hasSuffix(".csv") },
    samples: { request in
      try request.checkHasNoSplit("a manifest")
      return try csvManifest(at: request.path, classes: request.classes)
    })
}

/// The splits that a folder of class folders has, the one to test on first: none unless all its
/// folders are called as splits are.
private func splitFolders(of path: String) throws -> [String] {
  let known = ["test", "val", "validation", "valid", "dev", "train"]
  let folders = try subfolders(of: path)
  guard !folders.isEmpty, folders.allSatisfy(known.contains) else { return [] }
  return known.filter(folders.contains)
}
