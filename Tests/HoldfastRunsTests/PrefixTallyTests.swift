import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("Sums of unfinished runs")
struct PrefixTallyTests {
  private func tally(_ lines: [SampleRecord], of shard: Shard = .whole) -> Tally? {
    var tally = PrefixTally(shortPlan, of: shard)
    for line in lines { tally.add(line) }
    return tally.tally
  }

  @Test("count a sample once all before it are finished, in whatever order they finish")
  func order() throws {
    // Four of ten fall, and they are the first to finish.
    let fallen = [1, 4, 6, 9].map { line($0, robust: false) }
    #expect(tally(fallen) == nil)
    let some = try #require(tally(fallen + [0, 2].map { line($0, robust: true) }))
    #expect(some.samples == 3 && some.standing.map(\.count) == [2])
    let all = try #require(
      tally(fallen + [8, 7, 5, 3, 2, 0].map { line($0, robust: true) }))
    #expect(all.samples == 10 && all.standing.map(\.count) == [6])
  }

  @Test("say nothing when a record does not say its place")
  func unordered() {
    let lines = [line("a", place: 0, robust: true), line("b", place: nil, robust: true)]
    #expect(tally(lines) == nil)
    #expect(tally(lines.reversed()) == nil)
  }

  @Test("of one process follow its part of the data")
  func shards() throws {
    let lines = [0, 1, 3, 7].map { line($0, robust: $0 > 1) }
    let part = try #require(tally(lines, of: Shard(rank: 1, of: 2)))
    #expect(part.samples == 2 && part.standing.map(\.count) == [1])
  }
}
