/// One sample of a shard: the files that share a key.
public struct WebDatasetSample: Sendable {
  /// What the names of the files have in common, with its folder: `train/s0000017`.
  public let key: String

  /// Content by extension in lower case: `jpg`, `cls`, `seg.png`.
  public let files: [String: [UInt8]]
}

/// The samples of one tar file in WebDataset layout, front to back, one in memory at a time.
///
/// Consecutive members whose names agree up to the first dot of the file name form a sample.
/// Members without a dot, hidden ones, and names under `__info__` are skipped.
/// Source: https://github.com/webdataset/webdataset, `webdataset/tariterators.py`.
public struct WebDatasetShard: ~Copyable {
  private var tar: TarReader
  private var pending: Part<[UInt8]>?

  /// Opens the shard at `path`.
  ///
  /// - Throws: ``FormatError`` when it is missing or unreadable.
  public init(_ path: String, memberLimit: Int = 1 << 30) throws(FormatError) {
    tar = try TarReader(path, memberLimit: memberLimit)
  }

  /// The next sample; nil after the last.
  ///
  /// - Throws: ``FormatError`` for a damaged archive and for a sample with the same extension twice.
  public mutating func next() throws(FormatError) -> WebDatasetSample? {
    let sample = try nextSample(&tar, &pending) { (tar, entry, _) throws(FormatError) in
      try tar.contents(of: entry)
    }
    return sample.map { WebDatasetSample(key: $0.key, files: $0.files) }
  }

  /// Key and extension of a member, or nil for one that belongs to no sample.
  static func split(_ name: String) -> (key: String, extension: String)? {
    let base = name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...]
    guard let dot = base.firstIndex(of: "."), dot > base.startIndex,
      !isMetadata(name.prefix { $0 != "/" })
    else { return nil }
    return (String(name[..<dot]), name[name.index(after: dot)...].lowercased())
  }

  /// Whether a file or top folder is named like `__info__`, which marks what is not a sample.
  private static func isMetadata(_ component: Substring) -> Bool {
    component.count >= 4 && component.hasPrefix("__") && component.hasSuffix("__")
  }
}
