/// Which files of a repository a model is read from.
///
/// One form of the weights, the first that ``openCheckpoint(at:policy:)`` would take, and the
/// configurations and vocabularies at the top; not the same weights for other frameworks, and no
/// pictures.
struct HubChoice {
  let listing: HubListing
  let place: String

  /// The largest file beside the weights that is still a configuration or a vocabulary.
  private static let largestCompanion = 64 << 20

  /// The file of weights, or the index of several.
  ///
  /// - Throws: ``FormatError`` when there is none, or more than one fits.
  func weights() throws(FormatError) -> HubListing.File {
    if let known = weightFiles.lazy.compactMap({ listing[$0] }).first { return known }
    let others = listing.files.filter { file in
      !file.name.contains("/")
        && weightSuffixes.contains { file.name.hasSuffix($0) }
    }
    if others.count == 1 { return others[0] }
    throw FormatError(
      others.isEmpty
        ? "holds no weights that can be read here"
        : "holds several files of weights: \(others.map(\.name).joined(separator: ", "))",
      in: place,
      hint: others.isEmpty
        ? "its files are \(names(listing.files))" : "say which with --file NAME")
  }

  /// Configurations, vocabularies and lists at the top.
  func companions() -> [HubListing.File] {
    listing.files.filter { file in
      !file.name.contains("/") && file.size <= Self.largestCompanion
        && (file.name.hasSuffix(".json") || file.name.hasSuffix(".txt"))
        && !file.name.hasSuffix(".index.json")
    }
  }

  /// The shards that an index names, which was fetched to `path`.
  func shards(ofIndexAt path: String) throws(FormatError) -> [HubListing.File] {
    var files: [HubListing.File] = []
    for name in try ShardedCheckpoint(indexAt: path).shardNames { files.append(try file(name)) }
    return files
  }

  /// A file that must be there.
  func file(_ name: String) throws(FormatError) -> HubListing.File {
    if let file = listing[name] { return file }
    throw FormatError(
      "holds no file \(quoted(name))", in: place, hint: "its files are \(names(listing.files))")
  }

  private func names(_ files: [HubListing.File]) -> String {
    let shown = files.prefix(12).map(\.name).joined(separator: ", ")
    return files.count > 12 ? "\(shown) and \(files.count - 12) more" : shown
  }
}

/// How the names of files of weights end.
let weightSuffixes = [".safetensors", ".bin", ".pt", ".pth"]
