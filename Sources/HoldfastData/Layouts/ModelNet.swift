import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

extension DataLayout {
  /// ModelNet40 as Princeton gives it: `<class>/{train,test}/<class>_NNNN.off`.
  ///
  /// Source: <https://modelnet.cs.princeton.edu>.
  static let modelNet = DataLayout(
    name: "modelnet40", summary: "meshes of 40 kinds of things", senses: [.points],
    files: "<class>/{train,test}/*.off", splits: ["test", "train"],
    matches: { root(of: $0) != nil }, samples: { try readModelNet($0) })

  /// ModelNet40 as PointNet++ sampled it: `<class>/<class>_NNNN.txt`, and lists.
  ///
  /// Source: <https://github.com/charlesq34/pointnet2>.
  static let modelNetPoints = DataLayout(
    name: "modelnet40-resampled", summary: "the same as 10,000 points each", senses: [.points],
    files: "modelnet40_{train,test}.txt, modelnet40_shape_names.txt, <class>/*.txt",
    splits: ["test", "train"],
    matches: { path in
      let lists = ["shape_names", "test", "train"].map { "modelnet40_\($0).txt" }
      return firstPresent(lists, in: path) != nil
    }, samples: { try readModelNetPoints($0) })

  /// The folder of the classes: the one given, or `ModelNet40` in it.
  private static func root(of path: String) -> String? {
    ["\(path)/ModelNet40", path].first { root in
      (try? subfolders(of: root))?.first.map { name in
        ["train", "test"].contains { split in
          let files = try? FileManager.default.contentsOfDirectory(
            atPath: "\(root)/\(name)/\(split)")
          return files?.contains { PathParts.ending(of: $0) == "off" } == true
        }
      } == true
    }
  }

  private static func readModelNet(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: modelNet.splits)
    let root = root(of: request.path) ?? request.path
    let classes = try subfolders(of: root)
    let items = try classes.enumerated().flatMap { label, name in
      let folder = "\(root)/\(name)/\(split)"
      guard isFolder(folder) else {
        throw DataError(
          "is missing, though other classes have their split", in: folder,
          hint: "download the whole data set, or take the class's folder away")
      }
      return try contents(of: folder).filter { PathParts.ending(of: $0) == "off" }.map { file in
        DataItem(
          id: "\(name)/\(split)/\(file)", label: label, file: "\(folder)/\(file)",
          content: .file("\(folder)/\(file)"))
      }
    }
    return try ListedDataSet(
      layout: "modelnet40", path: request.path, classNames: try request.names(classes.map(spaced)),
      items: items, split: split)
  }

  private static func readModelNetPoints(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: modelNetPoints.splits)
    let names = "\(request.path)/modelnet40_shape_names.txt"
    let list = "\(request.path)/modelnet40_\(split).txt"
    let classes = try listLines(of: names).map(\.text)
    let places = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    let items = try listLines(of: list).map { line in
      // `night_stand_0023` is of the class `night_stand`.
      let name = line.text.lastIndex(of: "_").map { String(line.text[..<$0]) } ?? ""
      guard let label = places[name] else {
        throw DataError(
          "line \(line.number) is of none of the classes of modelnet40_shape_names.txt: "
            + line.text, in: list, hint: "download the whole data set")
      }
      let file = "\(request.path)/\(name)/\(line.text).txt"
      return DataItem(
        id: "\(name)/\(line.text).txt", label: label, file: file, content: .file(file))
    }
    guard !items.isEmpty else {
      throw DataError("is empty", in: list, hint: "download the whole data set")
    }
    try checkListed(items, by: list)
    return try ListedDataSet(
      layout: "modelnet40-resampled", path: request.path,
      classNames: try request.names(classes.map(spaced)), items: items, split: split)
  }
}
