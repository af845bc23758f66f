import HoldfastFormats
import HoldfastMedia

/// The samples of a webdataset by where their pictures lie in the shards.
///
/// Making it reads the headers of all shards and the `.cls` files, and seeks over the pictures. A
/// sample takes 48 bytes, and its key if that is longer than 15. A picture is read by opening its shard
/// and seeking to it, so each thread has at most one shard open.
struct WebDatasetIndex: IndexedSet {
  private struct Entry {
    let shard: Int
    let key: String
    let label: Int
    let offset: Int
    let size: Int
  }

  let source: any DataSet
  private let shards: [String]
  private let entries: [Entry]

  /// Looks through the shards of a folder.
  ///
  /// - Throws: ``DataError`` for a sample without a picture or a class; `FormatError` for a damaged
  ///   shard.
  init(of folder: WebDatasetFolder) throws {
    source = folder
    shards = folder.shards
    var entries: [Entry] = []
    for (shard, path) in folder.shards.enumerated() {
      var listing = try WebDatasetListing(path, reading: ["cls"])
      while let sample = try listing.next() {
        let file = "\(path):\(sample.key)"
        let picture = try WebDatasetFolder.picture(among: sample.files, in: file)
        entries.append(
          Entry(
            shard: shard, key: sample.key,
            label: try WebDatasetFolder.label(sample.contents["cls"], in: file),
            offset: picture.offset, size: picture.size))
      }
    }
    self.entries = entries
  }

  var count: Int { entries.count }

  func id(at place: Int) -> String {
    WebDatasetFolder.id(of: entries[place].key, in: shards[entries[place].shard])
  }

  func label(at place: Int) -> Int { entries[place].label }

  func item(at place: Int) throws -> DataItem {
    let entry = entries[place]
    let shard = shards[entry.shard]
    let bytes = try FileReader.bytes(of: shard, from: entry.offset, count: entry.size)
    let file = "\(shard):\(entry.key)"
    return DataItem(
      id: id(at: place), label: entry.label, file: file, content: .bytes(bytes, name: file))
  }
}
