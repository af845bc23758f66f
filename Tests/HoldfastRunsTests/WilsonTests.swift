import HoldfastRecords
import HoldfastRuns
import Testing

@Suite("Wilson's interval")
struct WilsonTests {
  @Test(
    "agrees with scipy 1.17.1, binomtest(count, total).proportion_ci(method='wilson')",
    arguments: [
      (0, 1, 0.0, 0.7934506856227626), (1, 1, 0.20654931437723745, 1.0),
      (0, 10, 0.0, 0.27753279986288926), (1, 10, 0.017876213095072896, 0.4041500267952385),
      (5, 10, 0.236593090512564, 0.7634069094874361), (10, 10, 0.7224672001371109, 1.0),
      (1, 20, 0.008881448800795402, 0.23613119344674205),
      (31, 100, 0.22779697212376043, 0.4062605571948941),
      (51, 100, 0.4134801193402717, 0.6057800106955886),
      (3, 1000, 0.0010207838811386186, 0.008783014053503173),
      (5000, 10000, 0.49020206181540477, 0.5097979381845952),
    ])
  func values(count: Int, total: Int, low: Double, high: Double) {
    let share = ProportionRecord.wilson(count, of: total)
    #expect(share.value == Double(count) / Double(total))
    #expect(abs(share.low - low) < 1e-12)
    #expect(abs(share.high - high) < 1e-12)
  }

  @Test("of nothing is everything")
  func empty() {
    let share = ProportionRecord.wilson(0, of: 0)
    #expect(share == ProportionRecord(count: 0, total: 0, value: 0, low: 0, high: 1))
  }
}
