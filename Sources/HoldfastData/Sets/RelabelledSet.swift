import HoldfastCore

/// A data set whose labels are places among classes that a model brings itself.
///
/// A classifier of a thousand classes may be audited on pictures of ten of them: all its classes stay
/// rivals.
public struct RelabelledSet: DataSet {
  private let base: any DataSet
  private let places: [Int]
  /// All classes of the model.
  public let classNames: [String]?

  /// The samples of `base`, with each class found by its name among `classes`.
  ///
  /// - Throws: ``DataError`` when the set does not name its classes, or names one that the model
  ///   does not know.
  public init(_ base: any DataSet, as classes: [String]) throws {
    guard let names = base.classNames else {
      throw DataError(
        "does not say what its classes are called", in: base.path,
        hint: "give a file with one name per line with --classes")
    }
    let places = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    self.places = try names.map { name in
      if let place = places[name] { return place }
      let near = nearest(name, among: classes).first
      throw DataError(
        "has a class `\(name)` that the model does not tell apart", in: base.path,
        hint: near.map { "did you mean its class `\($0)`?" }
          ?? "its classes are \(classes.prefix(8).joined(separator: ", "))"
          + (classes.count > 8 ? " and \(classes.count - 8) more" : ""))
    }
    self.base = base
    classNames = classes
  }

  /// The base's layout.
  public var layout: String { base.layout }
  /// The path of the base.
  public var path: String { base.path }
  /// None: a model with classes of its own reads no prompts.
  public var templates: [String]? { nil }
  /// That of the base.
  public var split: String? { base.split }
  /// That of the base.
  public var subsample: Subsample? { base.subsample }
  /// As many as the base has.
  public var count: Int? { base.count }
  /// That of the base.
  public var listing: String? { base.listing }
  /// That of the base.
  public var hasLabels: Bool { base.hasLabels }

  /// That of the base.
  public var remarks: [String] { base.remarks }

  /// A cursor over the base, with the new labels.
  public func makeCursor() throws -> any DataCursor {
    Cursor(base: try base.makeCursor(), places: places, path: path)
  }

  /// The samples of the base by their places, with the new labels.
  ///
  /// - Throws: ``DataError`` for a label that no class has.
  public func indexed() throws -> any IndexedSet {
    let all = try base.indexed()
    return Index(
      source: self, base: all,
      labels: try (0..<all.count).map { try Self.place(of: all.label(at: $0), in: places, path) })
  }

  /// The new label of a label.
  private static func place(of label: Int, in places: [Int], _ path: String) throws -> Int {
    guard places.indices.contains(label) else {
      throw DataError(
        "has the label \(label), but names \(places.count) classes", in: path,
        hint: "give the class names of this data set with --classes")
    }
    return places[label]
  }

  private struct Cursor: DataCursor {
    var base: any DataCursor
    let places: [Int]
    let path: String

    mutating func next() throws -> DataItem? {
      guard let item = try base.next() else { return nil }
      return item.labelled(try RelabelledSet.place(of: item.label, in: places, path))
    }
  }

  private struct Index: IndexedSet {
    let source: any DataSet
    let base: any IndexedSet
    let labels: [Int]

    var count: Int { base.count }
    func id(at place: Int) -> String { base.id(at: place) }
    func label(at place: Int) -> Int { labels[place] }
    func item(at place: Int) throws -> DataItem {
      try base.item(at: place).labelled(labels[place])
    }
  }
}

extension DataItem {
  /// The same sample with another label.
  fileprivate func labelled(_ label: Int) -> DataItem {
    DataItem(id: id, label: label, file: file, content: content, region: region)
  }
}
