public import HoldfastCore

/// A data set any of whose samples can be had by its place, in any order and from any thread.
///
/// Places count from 0 in the order of a visit. What is known of the set as a whole is that of
/// ``source``.
public protocol IndexedSet: Sendable {
  /// The set that has these samples, and no others.
  var source: any DataSet { get }
  /// How many samples there are.
  var count: Int { get }
  /// The id of a sample, without reading it.
  func id(at place: Int) -> String
  /// The class of a sample, without reading it.
  func label(at place: Int) -> Int
  /// A sample, not yet decoded.
  ///
  /// - Throws: `FormatError` for a shard that is damaged or cannot be read.
  func item(at place: Int) throws -> DataItem
}

extension IndexedSet {
  /// The class names of the source.
  public var classNames: [String]? { source.classNames }
  /// The listing of the source.
  public var listing: String? { source.listing }
  /// The remarks of the source.
  public var remarks: [String] { source.remarks }
}

extension DataSet {
  /// The samples of a visit, which is made once; each is kept as the visit gives it.
  ///
  /// A sample that is a file takes a few hundred bytes. A set whose samples bring their content along
  /// should have an index of its own, as those of this library have.
  public func indexed() throws -> any IndexedSet {
    var cursor = try makeCursor()
    var items: [DataItem] = []
    while let item = try cursor.next() { items.append(item) }
    return IndexedList(source: self, items: items)
  }

  /// Refuses a set whose samples have no classes.
  ///
  /// - Parameter reader: what needs the labels, such as the name of a method.
  public func checkLabels(for reader: String) throws(UsageError) {
    guard !hasLabels else { return }
    throw UsageError(
      "\(reader) needs the classes of its samples, and `\(path)` has none",
      hint: "give data with classes, or choose a method that does without")
  }
}

/// Samples that are all known, as an indexed set.
struct IndexedList: IndexedSet {
  let source: any DataSet
  let items: [DataItem]

  var count: Int { items.count }
  func id(at place: Int) -> String { items[place].id }
  func label(at place: Int) -> Int { items[place].label }
  func item(at place: Int) -> DataItem { items[place] }
}

/// Some samples of an indexed set.
struct IndexedPart: IndexedSet {
  let source: any DataSet
  private let base: any IndexedSet
  /// The places in the base.
  private let places: [Int]

  /// The samples at the given places of `base`, which are those of `source`.
  init(of base: any IndexedSet, at places: [Int], source: any DataSet) {
    self.source = source
    self.base = base
    self.places = places
  }

  var count: Int { places.count }
  func id(at place: Int) -> String { base.id(at: places[place]) }
  func label(at place: Int) -> Int { base.label(at: places[place]) }
  func item(at place: Int) throws -> DataItem { try base.item(at: places[place]) }
}
