import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

extension DataLayout {
  /// N-ImageNet: `extracted_val/<wnid>/*.npz`, `extracted_train/<wnid>/*.npz`.
  ///
  /// `val_list.txt` and `train_list.txt` hold absolute paths of another machine, of which the last
  /// two names count; without them all files are taken. Classes are the folders in order of their
  /// names; what they are called in words is read from `synset_words.txt` or
  /// `LOC_synset_mapping.txt` (`n01440764 tench, Tinca tinca`) if there is one.
  ///
  /// Source: <https://github.com/82magnolia/n_imagenet>.
  static let nImageNet = DataLayout(
    name: "n-imagenet", summary: "events of ImageNet's pictures", senses: [.event],
    files: "extracted_{val,train}/<wnid>/*.npz", splits: ["val", "train"],
    matches: { firstPresent(["extracted_val", "extracted_train"], in: $0) != nil },
    samples: { try readNImageNet($0) })

  private static func readNImageNet(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: nImageNet.splits)
    let folder = "\(request.path)/extracted_\(split)"
    guard isFolder(folder) else {
      throw DataError("is missing", in: folder, hint: "unpack the archive of this split")
    }
    let wnids = try subfolders(of: folder)
    let places = Dictionary(wnids.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    func item(_ wnid: String, _ name: String) -> DataItem {
      let file = "\(folder)/\(wnid)/\(name)"
      return DataItem(
        id: "\(wnid)/\(name)", label: places[wnid] ?? 0, file: file, content: .file(file))
    }
    let list = "\(request.path)/\(split)_list.txt"
    var items: [DataItem]
    if FileManager.default.fileExists(atPath: list) {
      items = try listLines(of: list).map { line in
        let names = line.text.split(separator: "/").suffix(2).map(String.init)
        guard names.count == 2, places[names[0]] != nil else {
          throw DataError(
            "line \(line.number) is of none of the classes in `\(folder)`: \(line.text)", in: list,
            hint: "unpack the whole archive of this split")
        }
        return item(names[0], names[1])
      }
      try checkListed(items, by: list)
    } else {
      items = try wnids.flatMap { wnid in
        try contents(of: "\(folder)/\(wnid)").filter { PathParts.ending(of: $0) == "npz" }
          .map { item(wnid, $0) }
      }
    }
    guard !items.isEmpty else {
      throw DataError(
        "holds no .npz files in folders of classes", in: folder,
        hint: "unpack the archive of this split")
    }
    let names = try synsetNames(of: wnids, in: request.path)
    return try ListedDataSet(
      layout: "n-imagenet", path: request.path,
      classNames: names == nil && request.classes == nil ? nil : request.names(names ?? wnids),
      items: items, split: split)
  }

  /// The first name of each synset; nil if no file names them.
  private static func synsetNames(of wnids: [String], in path: String) throws -> [String]? {
    guard let file = firstPresent(["synset_words.txt", "LOC_synset_mapping.txt"], in: path) else {
      return nil
    }
    var names: [String: String] = [:]
    for line in try listLines(of: file) {
      let parts = line.text.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      names[String(parts[0])] = parts[1].split(separator: ",").first.map(String.init)
    }
    return try wnids.map { wnid in
      guard let name = names[wnid] else {
        throw DataError(
          "does not say what `\(wnid)` is called", in: file, hint: "give class names with --classes"
        )
      }
      return name
    }
  }
}
