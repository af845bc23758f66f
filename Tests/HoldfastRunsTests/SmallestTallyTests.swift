import HoldfastRecords
import Testing

@testable import HoldfastRuns

@Suite("How small a perturbation fools")
struct SmallestTallyTests {
  private let radii = ["1/255", "2/255"]

  /// A record of two protocols that are fooled by perturbations of the given sizes per radius.
  private func record(
    _ id: String, _ label: Int, clean: Bool = true, _ sizes: [[Double?]] = [[nil, nil]]
  ) -> SampleRecord {
    SampleRecord(
      id: id, label: label, input: "",
      clean: CleanRecord(predicted: 0, margin: clean ? -1 : 1, correct: clean),
      protocols: sizes.enumerated().map { index, sizes in
        SampleProtocolRecord(
          name: ["transfer", "white-box"][index],
          radii: zip(radii, sizes).map { radius, size in
            SampleRadiusRecord(
              radius: radius, robust: size == nil && clean,
              example: size.map {
                ExampleRecord(
                  attack: "a", predicted: 1, margin: 1, inMarginBand: false, distance: $0,
                  sha256: "")
              })
          })
      })
  }

  @Test("is counted at the smallest radius of any protocol, and 0 for what is wrong")
  func groups() {
    var tally = SmallestTally()
    for record in [
      record("a", 0, clean: false, [[nil, nil]]),
      record("b", 0, [[nil, 0.007], [0.003, 0.0035]]),
      record("c", 1, [[nil, nil], [nil, 0.0075]]),
      record("d", 1, [[nil, nil], [nil, nil]]),
    ] { tally.add(record) }
    let found = tally.record(radii: 2, byClass: true)
    #expect(found.all.samples == 4 && found.all.wrong == 1 && found.all.standing == 1)
    #expect(found.all.fooled == [1, 1])
    #expect(found.all.median == (0.003 + 0.0075) / 2)
    #expect(found.all.quartiles[2] == nil)
    #expect(found.classes.map(\.label) == [0, 1])
    #expect(found.classes.map(\.samples) == [2, 2])
    #expect(found.classes[0].median == 0.0015)
    #expect(found.classes[1].median == nil)
    #expect(tally.record(radii: 2, byClass: false).classes.isEmpty)
  }

  @Test("has no quantile beyond what stands")
  func quantiles() {
    #expect(SmallestTally.quantile([], 0.5) == nil)
    #expect(SmallestTally.quantile([3], 0.25) == 3)
    #expect(SmallestTally.quantile([1, 2, .infinity], 0.5) == 2)
    #expect(SmallestTally.quantile([1, .infinity], 0.5) == nil)
    #expect(SmallestTally.quantile([0, 1, 2, 3], 0.25) == 0.75)
  }
}
