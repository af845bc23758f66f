import HoldfastCore
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks
@testable import HoldfastAudit

@Suite("A sample on its way through an audit")
struct SampleTrackTests {
  @Test("falls to a margin above 0, and not to a tie", arguments: [-1, 0, 1e-7] as [Double])
  func verdict(margin: Double) throws {
    let toy = try ToyAudit(samples: 1)
    let plan = toy.plan(radii: [Radius(0.1)], [.whiteBox])
    let input = try toy.samples[0].tensor(for: toy.base.input)
    var track = SampleTrack(
      id: "a", input: input, clean: CleanRecord(predicted: 0, margin: -1, correct: true),
      truth: try SampleTruth(label: 0, of: plan.subject.predict(input)), sourceTruth: nil,
      plan: plan)
    try track.show(
      .whiteBox, plan.radii[0], attack: "pgd",
      Example(input: input, margin: margin, predicted: 0, distance: 0))
    let entry = try track.record().radii(of: .whiteBox)[0]
    #expect(entry.robust == (margin <= 0))
    #expect(track.standing(.whiteBox).isEmpty == (margin > 0))
  }
}
