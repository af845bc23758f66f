import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

extension DataLayout {
  /// Tiny ImageNet: `train/<wnid>/images/*.JPEG`, and `val/images/*.JPEG` with
  /// `val/val_annotations.txt`; `words.txt` says what the classes are called.
  ///
  /// Labels are those of the folders in `train` in order of their names, for both splits. The pictures
  /// of `test` have no labels.
  ///
  /// Source: <http://cs231n.stanford.edu/tiny-imagenet-200.zip>.
  static let tinyImageNet = DataLayout(
    name: "tiny-imagenet", summary: "small pictures of 200 kinds of things", senses: [.image],
    files: "val/val_annotations.txt, train/<wnid>/images/*", splits: ["val", "train"],
    matches: { root(of: $0) != nil }, samples: { try readTinyImageNet($0) })

  /// The folder of the whole set, and whether `path` is its `val`.
  private static func root(of path: String) -> (folder: String, isVal: Bool)? {
    let files = FileManager.default
    if files.fileExists(atPath: "\(path)/val/val_annotations.txt") { return (path, false) }
    guard files.fileExists(atPath: "\(path)/val_annotations.txt") else { return nil }
    let above = PathParts.folder(of: path)
    return (above.isEmpty ? "." : above, true)
  }

  private static func readTinyImageNet(_ request: DataRequest) throws -> any DataSet {
    let (root, isVal) = root(of: request.path) ?? (request.path, false)
    let splits = isVal ? ["val"] : tinyImageNet.splits.filter { isFolder("\(root)/\($0)") }
    let split = try request.chosen(of: splits)
    let train = "\(root)/train"
    if split == "train" { return try classFolder(at: train, for: request, split: split) }
    let val = isVal ? request.path : "\(root)/val"
    let list = "\(val)/val_annotations.txt"
    let rows = try listLines(of: list).map { line in
      let parts = line.text.split(separator: "\t")
      guard parts.count >= 2 else {
        throw DataError(
          "line \(line.number) should be the name of a picture, a tab, and its class", in: list,
          hint: "unpack tiny-imagenet-200.zip again")
      }
      return (name: String(parts[0]), id: String(parts[1]))
    }
    let ids = isFolder(train) ? try subfolders(of: train) : Set(rows.map(\.id)).sorted(by: precedes)
    let classes = try FolderClasses(
      ids, in: isFolder(train) ? train : val, named: request.classes)
    let items = try rows.map { name, id in
      guard let label = classes.labels[id] else {
        throw DataError(
          "`\(name)` is of the class `\(id)`, which has no folder in train", in: list,
          hint: "unpack tiny-imagenet-200.zip again")
      }
      let file = "\(val)/images/\(name)"
      return DataItem(id: name, label: label, file: file, content: .file(file))
    }
    try checkListed(items, by: list)
    return try ListedDataSet(
      layout: tinyImageNet.name, path: request.path, classNames: classes.names, items: items,
      split: split, remarks: classes.remarks)
  }
}
