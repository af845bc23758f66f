import HoldfastRecords
import HoldfastReport
import Testing

@Suite("Reports of audits")
struct AuditReportTests {
  private func row(_ radius: String, _ robust: Int, forward: Double = 2) -> RadiusSummaryRecord {
    RadiusSummaryRecord(
      radius: radius, cleanAccuracy: 0.6, robustAccuracy: Double(robust) / 10,
      interval: [0.125, 0.875], robust: robust, total: 10, forwardPerSample: forward,
      backwardPerSample: 1.5, seconds: 0.625)
  }

  private var plan: PlanRecord {
    PlanRecord(
      holdfast: "1", model: ModelRecord(path: "/m/clip", files: [:], defense: "r-adapt {}"),
      transferModel: nil,
      data: DataRecord(path: "/d/test", layout: "csv", listing: nil, preprocessing: ""),
      classes: ["a", "b"], templates: ["{}"],
      attackSpace: AttackSpaceRecord(
        place: "model", sense: "image", shape: [3, 32, 32], unit: "pixel range [0, 1]"),
      norm: "linf",
      radii: ["1/255", "4/255"], protocols: [], precision: "float32", seed: 7)
  }

  private func report(
    _ protocols: [ProtocolSummaryRecord], worst: [RadiusSummaryRecord], band: Int = 0
  ) -> AuditReport {
    AuditReport(
      plan: plan,
      summary: SummaryRecord(
        samples: 10,
        clean: ProportionRecord(count: 6, total: 10, value: 0.6, low: 0.25, high: 0.75),
        worstCase: worst, protocols: protocols,
        omitted: [OmittedRecord(name: "transfer", reason: "there is no base")],
        inMarginBand: band))
  }

  private var full: AuditReport {
    report(
      [
        ProtocolSummaryRecord(
          name: "white-box", attacks: ["apgd-ce", "pgd"],
          radii: [row("1/255", 5), row("4/255", 1)]),
        ProtocolSummaryRecord(
          name: "adaptive", attacks: ["apgd-embedding"], radii: [row("1/255", 4), row("4/255", 2)]),
      ], worst: [row("1/255", 4), row("4/255", 0)], band: 3)
  }

  @Test("say what was audited, and where epsilon lives")
  func heading() {
    #expect(
      full.heading == "clip with r-adapt on test: 10 samples, linf in units of the pixel range "
        + "[0, 1], attacked at the model's own size 3×32×32, seed 7")
  }

  @Test("show each protocol by itself, and the worst case last")
  func table() {
    #expect(
      full.table().text() == """
        protocol    attacks                       clean                1/255                4/255
        white-box   apgd-ce, pgd                 60.0 %  50.0 % [12.5, 87.5]  10.0 % [12.5, 87.5]
        adaptive    apgd-embedding               60.0 %  40.0 % [12.5, 87.5]  20.0 % [12.5, 87.5]
        worst case                  60.0 % [25.0, 75.0]  40.0 % [12.5, 87.5]   0.0 % [12.5, 87.5]
        """)
  }

  @Test("note what was not run, what it cost, and what is doubtful")
  func notes() {
    #expect(
      full.notes == [
        "not run: transfer (there is no base)",
        "white-box: 4.0 forward and 3.0 backward passes per sample, 1.2 s",
        "adaptive: 4.0 forward and 3.0 backward passes per sample, 1.2 s",
        "3 verdicts are within 0.001 logits of the boundary: other kernels may decide them "
          + "otherwise",
      ])
  }

  @Test("give figures to programs")
  func figures() {
    #expect(
      full.figures().csv() == """
        protocol,attacks,epsilon,clean_accuracy,robust_accuracy,low,high,robust,total,\
        forward_per_sample,backward_per_sample,seconds
        clean,,0,0.6,0.6,0.25,0.75,6,10,,,
        white-box,apgd-ce+pgd,1/255,0.6,0.5,0.125,0.875,5,10,2.0,1.5,0.625
        white-box,apgd-ce+pgd,4/255,0.6,0.1,0.125,0.875,1,10,2.0,1.5,0.625
        adaptive,apgd-embedding,1/255,0.6,0.4,0.125,0.875,4,10,2.0,1.5,0.625
        adaptive,apgd-embedding,4/255,0.6,0.2,0.125,0.875,2,10,2.0,1.5,0.625
        worst-case,,1/255,0.6,0.4,0.125,0.875,4,10,2.0,1.5,0.625
        worst-case,,4/255,0.6,0.0,0.125,0.875,0,10,2.0,1.5,0.625
        """)
  }

  @Test("of the clean protocol alone are one row of accuracy")
  func cleanOnly() {
    let report = report([], worst: [])
    #expect(
      report.table().text() == """
        protocol  attacks                clean  1/255  4/255
        clean              60.0 % [25.0, 75.0]
        """)
    #expect(report.notes == ["not run: transfer (there is no base)"])
  }
}
