import HoldfastAudit
import HoldfastCore
import HoldfastRecords
import HoldfastRuns
import Testing

@Suite("Gates")
struct RequirementTests {
  private func row(_ radius: String, _ robust: Int) -> RadiusSummaryRecord {
    RadiusSummaryRecord(
      radius: radius, cleanAccuracy: 0.9, robustAccuracy: Double(robust) / 10, interval: [0, 1],
      robust: robust, total: 10, forwardPerSample: 0, backwardPerSample: 0, seconds: 0)
  }

  private var summary: SummaryRecord {
    SummaryRecord(
      samples: 10, clean: .wilson(9, of: 10), worstCase: [row("1/255", 4), row("4/255", 0)],
      protocols: [
        ProtocolSummaryRecord(
          name: "white-box", attacks: [], radii: [row("1/255", 5), row("4/255", 1)])
      ], omitted: [], inMarginBand: 0)
  }

  @Test(
    "open and shut where they say",
    arguments: [
      ("clean>=0.9", true), ("clean >= 90%", true), ("clean>=0.91", false),
      ("robust@1/255>=0.4", true), ("robust@2/510>=40 %", true), ("robust@1/255>=0.41", false),
      ("robust@4/255>=0", true), ("white-box@1/255>=0.5", true), ("white-box@4/255>=0.2", false),
      ("transfer@4/255>=0", false),
    ])
  func verdicts(text: String, isMet: Bool) throws {
    let shortfall = try Requirement(text).shortfall(in: summary)
    #expect((shortfall == nil) == isMet, "\(shortfall ?? "")")
    if let shortfall { #expect(shortfall.contains("`\(text)` is required")) }
  }

  @Test("say what was found and what is required")
  func words() throws {
    #expect(
      try Requirement("robust@4/255>=0.4").shortfall(in: summary)
        == "robust accuracy at 4/255 is 0 (0 of 10), and `robust@4/255>=0.4` is required")
  }

  @Test(
    "refuse what means nothing",
    arguments: [
      ("robust", "is not a requirement"), ("robust@4/255>0.4", "is not a requirement"),
      ("robust@4/255>=forty", "is not a share"), ("robust@4/255>=1.5", "is not a share"),
      ("robust>=0.4", "lacks a radius"), ("robust@four>=0.4", "lacks a radius"),
      ("clean@4/255>=0.4", "has no radius"), ("robsut@4/255>=0.4", "unknown accuracy `robsut`"),
      ("robust@4/255>=0.4>=0.3", "is not a requirement"),
    ])
  func nonsense(text: String, words: String) throws {
    let error = try #require(throws: UsageError.self) { try Requirement(text) }
    #expect(error.message.contains(words), "\(error)")
    #expect(error.hint?.isEmpty == false)
  }

  @Test("refuse radii and protocols that are not run")
  func unmeasured() throws {
    let radii = ["1/255", "4/255"].compactMap { Radius($0) }
    try Requirement("robust@4/255>=0.4").check(radii)
    #expect(throws: UsageError.self) { try Requirement("robust@8/255>=0.4").check(radii) }
    var plan = PlanRecord.madeUp([.whiteBox], radii: radii.map(\.description))
    plan.protocols.append(ProtocolRecord(name: "adaptive", attacks: [], omitted: "why"))
    try Requirement("white-box@4/255>=0.4").check(plan)
    for text in ["adaptive@4/255>=0", "transfer@4/255>=0"] {
      #expect(throws: UsageError.self) { try Requirement(text).check(plan) }
    }
  }
}
