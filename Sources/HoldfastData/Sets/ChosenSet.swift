/// Those samples of a set whose ids were chosen.
struct ChosenSet: DataSet {
  private let base: any DataSet
  private let ids: Set<String>
  let subsample: Subsample?
  let remarks: [String]

  /// The samples of `base` with the given ids.
  ///
  /// - Parameter remarks: what a user should know of the choice.
  init(
    of base: any DataSet, _ ids: Set<String>, subsample: Subsample?, remarks: [String] = []
  ) {
    self.base = base
    self.ids = ids
    self.subsample = subsample
    self.remarks = base.remarks + remarks
  }

  var layout: String { base.layout }
  var path: String { base.path }
  var classNames: [String]? { base.classNames }
  var templates: [String]? { base.templates }
  var split: String? { base.split }
  var listing: String? { base.listing }
  var hasLabels: Bool { base.hasLabels }
  var count: Int? { ids.count }

  /// By places, so that nothing is made of samples that were not chosen.
  func makeCursor() throws -> any DataCursor { Cursor(samples: try indexed()) }

  func indexed() throws -> any IndexedSet {
    let all = try base.indexed()
    return IndexedPart(
      of: all, at: (0..<all.count).filter { ids.contains(all.id(at: $0)) }, source: self)
  }

  private struct Cursor: DataCursor {
    let samples: any IndexedSet
    var place = 0

    mutating func next() throws -> DataItem? {
      guard place < samples.count else { return nil }
      defer { place += 1 }
      return try samples.item(at: place)
    }
  }
}
