import HoldfastFormats
import HoldfastMedia

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
  let hasLabels: Bool
  let remarks: [String]

  /// A set of `items`, taken in turns from each class, so that any number of first samples is
  /// balanced.
  init(
    layout: String, path: String, classNames: [String]?, items: [DataItem], split: String? = nil,
    hasLabels: Bool = true, remarks: [String] = []
  ) throws {
    self.layout = layout
    self.path = path
    self.classNames = classNames
    self.split = split
    self.hasLabels = hasLabels
    self.remarks = remarks
    listed = items
    self.items = Self.inTurns(items)
    let lines = try self.items.map { item in
      let part = item.region.map { "\t\($0.x),\($0.y),\($0.width),\($0.height)" } ?? ""
      return "\(item.id)\t\(item.label)\t\(try fileSize(item.file))\(part)\n"
    }
    listing = Checksum.sha256(of: Array(lines.joined().utf8))
  }

  var count: Int? { items.count }

  func makeCursor() throws -> any DataCursor { Cursor(items: items) }

  func indexed() -> any IndexedSet { IndexedList(source: self, items: items) }

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
