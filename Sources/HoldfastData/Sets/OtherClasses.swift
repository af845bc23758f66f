/// The samples of a set that are not of one class.
struct OtherClasses: DataSet {
  let base: any DataSet
  /// The class that is left out.
  let label: Int

  var layout: String { base.layout }
  var path: String { base.path }
  var classNames: [String]? { base.classNames }
  var templates: [String]? { base.templates }
  var split: String? { base.split }
  var subsample: Subsample? { base.subsample }
  var listing: String? { base.listing }
  var hasLabels: Bool { base.hasLabels }
  var remarks: [String] { base.remarks }
  var count: Int? { (base as? ListedDataSet)?.items.count { $0.label != label } }

  func makeCursor() throws -> any DataCursor {
    Cursor(base: try base.makeCursor(), label: label)
  }

  func indexed() throws -> any IndexedSet {
    let all = try base.indexed()
    return IndexedPart(
      of: all, at: (0..<all.count).filter { all.label(at: $0) != label }, source: self)
  }

  private struct Cursor: DataCursor {
    var base: any DataCursor
    let label: Int

    mutating func next() throws -> DataItem? {
      while let item = try base.next() {
        if item.label != label { return item }
      }
      return nil
    }
  }
}

extension DataSet {
  /// The set without the samples of a class.
  public func leavingOut(class label: Int) -> any DataSet {
    OtherClasses(base: self, label: label)
  }
}
