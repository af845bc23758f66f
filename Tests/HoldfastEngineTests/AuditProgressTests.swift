import Holdfast
import HoldfastTestSupport
import Testing

@testable import HoldfastEngine

@Suite("The line of progress")
struct AuditProgressTests {
  private final class Screen: RunObserver {
    var line: String?
    func progress(_ line: String?) { self.line = line }
  }

  /// The line after four of ten samples, in the order in which they finish: the places of those that
  /// fall, then of those that stand.
  private func line(fallen: [Int], standing: [Int]) -> String {
    let plan = PlanRecord.madeUp([AuditProtocol.whiteBox.rawValue], radii: ["4/255"])
    var prefix = PrefixTally(plan)
    for (place, robust) in fallen.map({ ($0, false) }) + standing.map({ ($0, true) }) {
      prefix.add(
        SampleRecord(
          id: "\(place)", label: 0, input: "", place: place,
          clean: CleanRecord(predicted: 0, margin: -1, correct: true),
          protocols: [
            SampleProtocolRecord(
              name: AuditProtocol.whiteBox.rawValue,
              radii: [SampleRadiusRecord(radius: "4/255", robust: robust)])
          ]))
    }
    let screen = Screen()
    var progress = AuditProgress(
      screen, title: "audit", total: 10, radii: plan.radii, before: 0)
    progress.update(fallen.count + standing.count, prefix.tally)
    return screen.line ?? ""
  }

  @Test("is about the first samples of the data, not about those that finish first")
  func prefix() {
    let shown = line(fallen: [1, 7], standing: [0, 2])
    #expect(shown.contains("audit 4/10"))
    #expect(shown.contains("of the first 3: clean 100.0 %"))
    #expect(shown.contains("4/255: 66.7 %"))
  }

  @Test("says nothing about accuracy while the first sample is missing")
  func early() {
    let shown = line(fallen: [1, 2, 7, 9], standing: [])
    #expect(shown.contains("audit 4/10"))
    #expect(!shown.contains("%"))
  }
}
