/// Where the files of one sample of a shard lie in it.
public struct WebDatasetPlaces: Sendable {
  /// What the names of the files have in common, with its folder.
  public let key: String

  /// Places by extension in lower case.
  public let files: [String: TarEntry]

  /// The content of those files that were asked for, by extension.
  public let contents: [String: [UInt8]]
}

/// Where the samples of one tar file in WebDataset layout lie, front to back.
///
/// Headers are read, and what is asked for; all else is passed over by seeking. Which members form a
/// sample is as in ``WebDatasetShard``.
public struct WebDatasetListing: ~Copyable {
  private var tar: TarReader
  private let extensions: Set<String>
  private var pending: Part<Place>?

  private typealias Place = (entry: TarEntry, bytes: [UInt8]?)

  /// Opens the shard at `path`.
  ///
  /// - Parameter extensions: the files whose content is read, such as `cls`.
  /// - Throws: ``FormatError`` when it is missing or unreadable.
  public init(
    _ path: String, reading extensions: Set<String> = [], memberLimit: Int = 1 << 30
  ) throws(FormatError) {
    tar = try TarReader(path, memberLimit: memberLimit, bufferSize: 1 << 12)
    self.extensions = extensions
  }

  /// The next sample; nil after the last.
  ///
  /// - Throws: as ``WebDatasetShard/next()``.
  public mutating func next() throws(FormatError) -> WebDatasetPlaces? {
    let extensions = extensions
    let sample = try nextSample(&tar, &pending) { (tar, entry, suffix) throws(FormatError) in
      (entry, extensions.contains(suffix) ? try tar.contents(of: entry) : nil) as Place
    }
    return sample.map { key, files in
      WebDatasetPlaces(
        key: key, files: files.mapValues(\.entry), contents: files.compactMapValues(\.bytes))
    }
  }
}
