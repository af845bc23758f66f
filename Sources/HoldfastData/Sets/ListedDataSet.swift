import Foundation
import HoldfastFormats

/// A data set whose samples are all known before any is read.
struct ListedDataSet: DataSet {
  let layout: String
  let path: String
  let classNames: [String]?
  /// The samples in the order of the list.
  let listed: [DataItem]
  /// The samples in the order of a visit.
  let items: [DataItem]
  let listing: String?
  let split: String?

  /// A set of `items`, taken in turns from each class, so that any number of first samples is
  /// balanced.
  init(
    layout: String, path: String, classNames: [String]?, items: [DataItem], split: String? = nil
  ) throws {
    self.layout = layout
    self.path = path
    self.classNames = classNames
    self.split = split
    listed = items
    self.items = Self.inTurns(items)
    let lines = try self.items.map { "\($0.id)\t\($0.label)\t\(try fileSize($0.file))\n" }
    listing = Checksum.sha256(of: Array(lines.joined().utf8))
  }

  var count: Int? { items.count }

  func makeCursor() throws -> any DataCursor { Cursor(items: items) }

  private struct Cursor: DataCursor {
    let items: [DataItem]
    var index = 0

    mutating func next() -> DataItem? {
      guard index < items.count else { return nil }
      defer { index += 1 }
      return items[index]
    }
  }

  /// The first of each class, then the second of each, and so on.
  private static func inTurns(_ items: [DataItem]) -> [DataItem] {
    var turns: [Int: Int] = [:]
    let ranked = items.enumerated().map { offset, item in
      defer { turns[item.label, default: 0] += 1 }
      return (turn: turns[item.label, default: 0], label: item.label, offset: offset)
    }
    return ranked.sorted { ($0.turn, $0.label, $0.offset) < ($1.turn, $1.label, $1.offset) }
      .map { items[$0.offset] }
  }
}

/// The bytes in a file, or in the files of a folder of frames, links followed.
func fileSize(_ path: String) throws(DataError) -> Int {
  if isFolder(path), let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
    var sum = 0
    for name in names where !isFolder("\(path)/\(name)") { sum += try fileSize("\(path)/\(name)") }
    return sum
  }
  let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
  guard let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize else {
    throw DataError(
      "does not exist or cannot be read", in: path, hint: "check the path and its permissions")
  }
  return size
}
