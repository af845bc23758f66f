import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("Sums over samples")
struct TallyTests {
  private let plan = PlanRecord.madeUp(["transfer", "white-box"], radii: ["1/255", "2/255"])

  /// A record whose verdicts are spelled per protocol and radius: `+` robust, `-` not, `~` not and
  /// in the margin band.
  private func record(
    _ id: String, clean: Bool = true, transfer: String, whiteBox: String
  ) -> SampleRecord {
    func entry(_ name: String, _ verdicts: String) -> SampleProtocolRecord {
      SampleProtocolRecord(
        name: name,
        radii: zip(plan.radii, verdicts).map { radius, verdict in
          SampleRadiusRecord(
            radius: radius, robust: verdict == "+",
            example: ExampleRecord(
              attack: "a", predicted: 0, margin: 0, inMarginBand: verdict == "~", distance: 0,
              sha256: ""), forward: 3, backward: 2, seconds: 0.5)
        })
    }
    return SampleRecord(
      id: id, label: 0, input: "",
      clean: CleanRecord(predicted: clean ? 0 : 1, margin: clean ? -1 : 1, correct: clean),
      protocols: [entry("transfer", transfer), entry("white-box", whiteBox)])
  }

  private func tally(_ records: [SampleRecord]) -> Tally {
    var tally = Tally(plan)
    for record in records { tally.add(record) }
    return tally
  }

  @Test("take the worst case per sample, not the lowest of the protocols")
  func worstCase() {
    let summary = tally([
      record("a", transfer: "-+", whiteBox: "++"), record("b", transfer: "++", whiteBox: "+-"),
      record("c", transfer: "++", whiteBox: "++"),
    ]).summary()
    #expect(summary.protocols.map(\.name) == ["transfer", "white-box"])
    #expect(summary.protocols[0].radii.map(\.robust) == [2, 3])
    #expect(summary.protocols[1].radii.map(\.robust) == [3, 2])
    #expect(summary.worstCase.map(\.robust) == [2, 1])
  }

  @Test("let no sample stand at a radius that fell at a smaller one")
  func nested() {
    let summary = tally([record("a", transfer: "-+", whiteBox: "++")]).summary()
    #expect(summary.protocols[0].radii.map(\.robust) == [0, 1])
    #expect(summary.worstCase.map(\.robust) == [0, 0])
  }

  @Test("count what is wrong when clean as not robust, whatever the record says")
  func wrongWhenClean() {
    let summary = tally([
      record("a", clean: false, transfer: "++", whiteBox: "++"),
      record("b", transfer: "++", whiteBox: "++"),
    ]).summary()
    #expect(summary.clean.count == 1 && summary.clean.total == 2)
    let rows = summary.worstCase + summary.protocols.flatMap(\.radii)
    for row in rows {
      #expect(row.robust == 1)
      #expect(row.cleanAccuracy == 0.5 && row.robustAccuracy == 0.5)
      #expect(row.interval == [summary.clean.low, summary.clean.high])
    }
  }

  @Test("never find more robust samples than right ones, and never more at a larger radius")
  func ordered() {
    let verdicts = ["++", "+-", "-+", "--", "~+", "+~"]
    var records: [SampleRecord] = []
    for (index, a) in verdicts.enumerated() {
      for b in verdicts {
        records.append(record("\(a)\(b)", clean: index % 2 == 0, transfer: a, whiteBox: b))
        let summary = tally(records).summary()
        let worst = summary.worstCase.map(\.robust)
        #expect(worst[0] >= worst[1])
        for row in summary.protocols.flatMap(\.radii) { #expect(row.robust <= summary.clean.count) }
        for (index, count) in worst.enumerated() {
          #expect(summary.protocols.allSatisfy { count <= $0.radii[index].robust })
        }
      }
    }
  }

  @Test("add up passes, seconds and doubtful verdicts")
  func costs() {
    let summary = tally([
      record("a", transfer: "~+", whiteBox: "+~"), record("b", transfer: "++", whiteBox: "--"),
    ]).summary()
    #expect(summary.inMarginBand == 2)
    #expect(summary.protocols[0].radii.map(\.seconds) == [1, 1])
    #expect(summary.worstCase.map(\.seconds) == [2, 2])
    #expect(summary.protocols[0].radii.map(\.forwardPerSample) == [3, 3])
    #expect(summary.worstCase.map(\.forwardPerSample) == [6, 6])
    #expect(summary.worstCase.map(\.backwardPerSample) == [4, 4])
  }

  @Test("of nothing have no protocols, and name what was omitted")
  func empty() {
    var plan = plan
    plan.protocols.append(ProtocolRecord(name: "adaptive", attacks: [], omitted: "why not"))
    let summary = Tally(plan).summary()
    #expect(summary.samples == 0 && summary.worstCase.isEmpty && summary.protocols.isEmpty)
    #expect(summary.omitted == [OmittedRecord(name: "adaptive", reason: "why not")])
  }
}
