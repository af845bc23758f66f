import Foundation
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

  @Test("say whose way of evaluating was followed")
  func preset() {
    var plan = self.plan
    plan.preset = "ttc"
    let summary = SummaryRecord(
      samples: 1, clean: ProportionRecord(count: 1, total: 1, value: 1, low: 0.2, high: 1),
      worstCase: [row("1/255", 1)], protocols: [], omitted: [], inMarginBand: 0)
    let report = AuditReport(plan: plan, summary: summary)
    #expect(report.heading.hasSuffix("seed 7, evaluated as ttc does"))
    #expect(report.figures().objects.allSatisfy { $0["preset"] == "ttc" })
    let senses = SensesReport([.init(plan: plan, summary: summary)])
    #expect(senses.heading.hasSuffix("evaluated as ttc does"))
    #expect(senses.figures().objects.allSatisfy { $0["preset"] == "ttc" })
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
        forward_per_sample,backward_per_sample,seconds,unreliable,preset
        clean,,0,0.6,0.6,0.25,0.75,6,10,,,,,
        white-box,apgd-ce+pgd,1/255,0.6,0.5,0.125,0.875,5,10,2.0,1.5,0.625,,
        white-box,apgd-ce+pgd,4/255,0.6,0.1,0.125,0.875,1,10,2.0,1.5,0.625,,
        adaptive,apgd-embedding,1/255,0.6,0.4,0.125,0.875,4,10,2.0,1.5,0.625,,
        adaptive,apgd-embedding,4/255,0.6,0.2,0.125,0.875,2,10,2.0,1.5,0.625,,
        worst-case,,1/255,0.6,0.4,0.125,0.875,4,10,2.0,1.5,0.625,,
        worst-case,,4/255,0.6,0.0,0.125,0.875,0,10,2.0,1.5,0.625,,
        """)
  }

  private func check(
    _ letter: String, _ verdict: CheckRecord.Verdict, p: Double? = nil, reason: String? = nil
  ) -> CheckRecord {
    CheckRecord(
      letter: letter, name: "name", question: "is it so?", verdict: verdict, reason: reason,
      figures: [CheckFigureRecord(name: "right", count: 3, total: 10)], samples: 10, against: 8,
      inFavour: 1, p: p, meaning: "it is masked")
  }

  @Test("say everywhere that a check failed")
  func unreliable() throws {
    var summary = SummaryRecord(
      samples: 10,
      clean: ProportionRecord(count: 6, total: 10, value: 0.6, low: 0.25, high: 0.75),
      worstCase: [row("1/255", 4)],
      protocols: [
        ProtocolSummaryRecord(name: "white-box", attacks: ["pgd"], radii: [row("1/255", 4)])
      ], omitted: [], inMarginBand: 0)
    #expect(summary.unreliable == nil)
    summary.add(checks: [
      check("a", .pass, p: 0.5), check("c", .notRun, reason: "no source"),
      check("d", .fail, p: 0.0012),
    ])
    #expect(summary.unreliable == true)
    let report = AuditReport(plan: plan, summary: summary)
    #expect(report.heading.hasPrefix("UNRELIABLE, check (d) failed: clip with r-adapt on test"))
    #expect(report.table().text().contains("worst case (unreliable)"))
    #expect(
      report.notes.suffix(3) == [
        "check (a) name, is it so? yes, passed: 3/10 right; 8 against, 1 in favour of 10, p = 0.5",
        "check (c) name, is it so? not run (no source)",
        "check (d) name, is it so? NO, FAILED: 3/10 right; 8 against, 1 in favour of 10, "
          + "p = 0.0012. it is masked",
      ])
    #expect(report.figures().objects.allSatisfy { $0["unreliable"] == "true" })
    let senses = SensesReport([.init(plan: plan, summary: summary)])
    #expect(senses.heading.hasPrefix("UNRELIABLE for image: "))
    #expect(senses.table().objects.map { $0["checks"] } == ["unreliable"])
    #expect(senses.figures().objects.allSatisfy { $0["unreliable"] == "true" })
    let json = String(
      decoding: try RecordCoding.lineEncoder().encode(summary), as: UTF8.self)
    #expect(json.contains("\"unreliable\":true"))
    let entry = try #require(RobustBenchEntry(plan: plan, summary: summary, radius: "1/255"))
    let zoo = String(decoding: try RecordCoding.lineEncoder().encode(entry), as: UTF8.self)
    #expect(zoo.contains("\"unreliable\":true") && zoo.contains("masking checks failed: (d)"))
  }

  @Test("say that a check had too few samples to tell, which is no pass")
  func tooFew() throws {
    var summary = SummaryRecord(
      samples: 10, clean: ProportionRecord(count: 6, total: 10, value: 0.6, low: 0.25, high: 0.75),
      worstCase: [row("1/255", 4)], protocols: [], omitted: [], inMarginBand: 0)
    summary.add(checks: [
      check("a", .pass, p: 0.5),
      check(
        "d", .tooFew, p: 1, reason: "3 samples could speak against the run, of 7 that it takes"),
    ])
    #expect(summary.checks?.undecided == ["d"] && summary.unreliable == false)
    let report = AuditReport(plan: plan, summary: summary)
    #expect(
      report.notes.last
        == "check (d) name, is it so? too few to tell (3 samples could speak against the run, of 7 that "
        + "it takes): 3/10 right")
    let senses = SensesReport([.init(plan: plan, summary: summary)])
    #expect(senses.table().objects.map { $0["checks"] } == ["too few to tell"])
  }

  @Test("note in one line that no check was run")
  func unchecked() {
    var summary = SummaryRecord(
      samples: 1, clean: ProportionRecord(count: 1, total: 1, value: 1, low: 0.2, high: 1),
      worstCase: [], protocols: [], omitted: [], inMarginBand: 0)
    summary.add(
      checks: ["a", "b"].map { check($0, .notRun, reason: "--checks off") })
    let report = AuditReport(plan: plan, summary: summary)
    #expect(report.notes == ["masking checks not run (--checks off)"])
    #expect(summary.unreliable == nil)
    #expect(report.figures().objects.allSatisfy { $0["unreliable"] == "" })
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
