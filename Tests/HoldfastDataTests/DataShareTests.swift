import HoldfastData
import HoldfastMedia
import Testing

@Suite("Shares of a data set")
struct DataShareTests {
  private let whole = ProbedSet(11)

  private func ids(_ set: any DataSet) throws -> [String] {
    var (ids, cursor) = ([String](), try set.makeCursor())
    while let item = try cursor.next() { ids.append(item.id) }
    return ids
  }

  @Test(
    "are disjoint, together the whole, and know their number", arguments: [1, 2, 3, 11, 12],
    [nil, 7, 0, 100])
  func partition(processes: Int, limit: Int?) throws {
    let all = try ids(whole).prefix(limit ?? .max)
    var parts: [[String]] = []
    for rank in 0..<processes {
      let share = DataShare(of: whole, rank: rank, of: processes, limit: limit)
      parts.append(try ids(share))
      #expect(share.count == parts[rank].count)
      #expect(share.path == whole.path && share.layout == whole.layout)
    }
    #expect(parts.flatMap(\.self).sorted() == all.sorted())
    for (place, id) in all.enumerated() { #expect(parts[place % processes].contains(id)) }
  }
}
