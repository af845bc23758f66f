import Foundation
import HoldfastFormats
import HoldfastMedia
import HoldfastText

/// A folder in CLIP_benchmark's webdataset layout: `test/0.tar`, `test/nshards.txt`,
/// `classnames.txt`, `zeroshot_classification_templates.txt`.
///
/// The shards are read front to back, one sample in memory at a time, or, once they were looked
/// through, anywhere (``WebDatasetIndex``). Ids are `<shard>/<key>`.
struct WebDatasetFolder: DataSet {
  let path: String
  let classNames: [String]?
  let templates: [String]?
  let listing: String?
  let split: String?
  /// The paths of the shards, in order.
  let shards: [String]

  var layout: String { "webdataset" }
  var count: Int? { nil }

  /// Whether a folder looks like this layout.
  static func matches(_ path: String) -> Bool {
    !splits(of: path).isEmpty || FileManager.default.fileExists(atPath: "\(path)/nshards.txt")
  }

  /// The splits that lie in a folder.
  private static func splits(of path: String) -> [String] {
    DataLayout.webDataset.splits.filter {
      FileManager.default.fileExists(atPath: "\(path)/\($0)/nshards.txt")
    }
  }

  init(_ request: DataRequest) throws {
    path = request.path
    let splits = Self.splits(of: path)
    if splits.isEmpty { try request.checkHasNoSplit("one folder of shards") }
    split = splits.isEmpty ? nil : try request.chosen(of: splits)
    let folder = split.map { "\(request.path)/\($0)" } ?? path
    let text = try? String(contentsOfFile: "\(folder)/nshards.txt", encoding: .utf8)
    guard let text, let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      (1...1_000_000).contains(count)
    else {
      throw DataError(
        "does not hold a number of shards", in: "\(folder)/nshards.txt",
        hint: "write how many .tar files lie beside it, from 0.tar on")
    }
    shards = (0..<count).map { "\(folder)/\($0).tar" }
    for shard in shards where !FileManager.default.fileExists(atPath: shard) {
      throw DataError(
        "is missing, though nshards.txt counts \(count) shards", in: shard,
        hint: "download the whole data set")
    }
    let sizes = try shards.map { "\(try fileSize($0))\n" }.joined()
    listing = Checksum.sha256(of: Array(sizes.utf8))
    let root = split == nil ? PathParts.folder(of: path) : path
    let kind = "\(root)/dataset_type.txt"
    if let type = try? String(contentsOfFile: kind, encoding: .utf8),
      type.trimmingCharacters(in: .whitespacesAndNewlines) != "classification"
    {
      throw DataError(
        "says that this is a data set for \(type.trimmingCharacters(in: .whitespacesAndNewlines))",
        in: kind, hint: "classification is what can be audited so far")
    }
    let names = URL(fileURLWithPath: "\(root)/classnames.txt")
    classNames =
      FileManager.default.fileExists(atPath: names.path)
      ? try ClassNames(contentsOf: names).names : nil
    let prompts = URL(fileURLWithPath: "\(root)/zeroshot_classification_templates.txt")
    templates =
      FileManager.default.fileExists(atPath: prompts.path)
      ? try PromptTemplates(contentsOf: prompts).texts : nil
  }

  func makeCursor() throws -> any DataCursor { Cursor(shards: shards) }

  func indexed() throws -> any IndexedSet { try WebDatasetIndex(of: self) }

  private final class Cursor: DataCursor {
    private var waiting: ArraySlice<String>
    private var name = ""
    private var shard: WebDatasetShard?

    init(shards: [String]) { waiting = shards[...] }

    func next() throws -> DataItem? {
      while true {
        if let sample = try shard?.next() { return try item(sample) }
        guard let path = waiting.popFirst() else { return nil }
        name = path
        shard = try WebDatasetShard(path)
      }
    }

    private func item(_ sample: WebDatasetSample) throws -> DataItem {
      let file = "\(name):\(sample.key)"
      let picture = try WebDatasetFolder.picture(among: sample.files, in: file)
      return DataItem(
        id: WebDatasetFolder.id(of: sample.key, in: name),
        label: try WebDatasetFolder.label(sample.files["cls"], in: file), file: file,
        content: .bytes(picture, name: file))
    }
  }
}

extension WebDatasetFolder {
  /// The id of a sample: `<shard>/<key>`.
  static func id(of key: String, in shard: String) -> String {
    "\(PathParts.stem(of: shard))/\(key)"
  }

  /// The picture among the files of a sample.
  static func picture<File>(
    among files: [String: File], in sample: String
  ) throws(DataError) -> File {
    guard let picture = ["png", "jpg", "jpeg"].lazy.compactMap({ files[$0] }).first else {
      throw DataError(
        "has no picture", in: sample, hint: "each sample needs a file KEY.png or KEY.jpg")
    }
    return picture
  }

  /// The class that a `.cls` file names.
  static func label(_ bytes: [UInt8]?, in sample: String) throws(DataError) -> Int {
    let text = bytes.map { String(decoding: $0, as: UTF8.self) }
    guard let text, let label = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      label >= 0
    else {
      throw DataError(
        "has no class index in a .cls file", in: sample,
        hint: "each sample needs a file KEY.cls with the number of its class")
    }
    return label
  }
}
