/// A member of a shard that belongs to a sample, with what is kept of it.
typealias Part<Kept> = (key: String, extension: String, kept: Kept)

/// The next sample of a shard: what is kept of consecutive members with one key, by extension.
///
/// - Parameters:
///   - pending: the first member of the sample after it, when that was seen already.
///   - keep: reads what is kept of a member.
func nextSample<Kept>(
  _ tar: inout TarReader, _ pending: inout Part<Kept>?,
  _ keep: (inout TarReader, TarEntry, _ extension: String) throws(FormatError) -> Kept
) throws(FormatError) -> (key: String, files: [String: Kept])? {
  var key: String?
  var files: [String: Kept] = [:]
  while let part = try nextPart(&tar, &pending, keep) {
    if let key, key != part.key {
      pending = part
      return (key, files)
    }
    key = part.key
    guard files.updateValue(part.kept, forKey: part.extension) == nil else {
      throw FormatError(
        "has two files \(quoted("\(part.key).\(part.extension)")) in one sample", in: tar.file)
    }
  }
  return key.map { ($0, files) }
}

private func nextPart<Kept>(
  _ tar: inout TarReader, _ pending: inout Part<Kept>?,
  _ keep: (inout TarReader, TarEntry, _ extension: String) throws(FormatError) -> Kept
) throws(FormatError) -> Part<Kept>? {
  if let part = pending {
    pending = nil
    return part
  }
  while let entry = try tar.nextEntry() {
    if let (key, suffix) = WebDatasetShard.split(entry.name) {
      return (key, suffix, try keep(&tar, entry, suffix))
    }
  }
  return nil
}
