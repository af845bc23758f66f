/// Every n-th sample of a data set: what one of n processes visits.
///
/// Which process visits a sample depends on the sample's place alone, so that processes need not agree
/// on anything but their number.
public struct DataShare: DataSet {
  private let base: any DataSet
  private let rank: Int
  private let processes: Int
  private let limit: Int?

  /// The share of process `rank` of `processes`.
  ///
  /// - Parameter limit: how many samples of the whole set are shared out.
  public init(of base: any DataSet, rank: Int, of processes: Int, limit: Int? = nil) {
    precondition((0..<processes).contains(rank), "there is no process \(rank) of \(processes)")
    self.base = base
    self.rank = rank
    self.processes = processes
    self.limit = limit
  }

  /// That of the whole set.
  public var layout: String { base.layout }
  /// That of the whole set.
  public var path: String { base.path }
  /// That of the whole set.
  public var classNames: [String]? { base.classNames }
  /// That of the whole set.
  public var templates: [String]? { base.templates }
  /// That of the whole set.
  public var listing: String? { base.listing }
  /// That of the whole set.
  public var hasLabels: Bool { base.hasLabels }
  /// That of the whole set.
  public var remarks: [String] { base.remarks }
  /// The samples of this share.
  public var count: Int? {
    base.count.map { all in
      let shared = min(all, limit ?? all)
      return shared / processes + (rank < shared % processes ? 1 : 0)
    }
  }

  /// A visit of this share.
  public func makeCursor() throws -> any DataCursor {
    Cursor(base: try base.makeCursor(), rank: rank, processes: processes, limit: limit)
  }

  /// The samples of this share by their places in it.
  public func indexed() throws -> any IndexedSet {
    let whole = try base.indexed()
    let end = min(whole.count, limit ?? whole.count)
    return IndexedPart(
      of: whole, at: Array(stride(from: rank, to: end, by: processes)), source: self)
  }

  private struct Cursor: DataCursor {
    var base: any DataCursor
    let rank: Int
    let processes: Int
    let limit: Int?
    var place = 0

    mutating func next() throws -> DataItem? {
      while place < limit ?? .max, var item = try base.next() {
        defer { place += 1 }
        guard place % processes == rank else { continue }
        // One process alone counts for itself, and leaves out what cannot be decoded.
        if processes > 1 { item.place = place }
        return item
      }
      return nil
    }
  }
}
