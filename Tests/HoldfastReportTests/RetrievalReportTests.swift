import HoldfastRecords
import HoldfastReport
import Testing

@Suite("Reports of audits of retrieval")
struct RetrievalReportTests {
  private static func share(_ count: Int, of total: Int) -> ProportionRecord {
    ProportionRecord(
      count: count, total: total, value: Double(count) / Double(total), low: 0.125, high: 0.875)
  }

  /// Ten attacked inputs, and four that look for them.
  private static func recall(_ from: [Int], _ to: [Int]) -> RecallRecord {
    RecallRecord(
      fromAttacked: from.map { share($0, of: 10) }, toAttacked: to.map { share($0, of: 4) })
  }

  private static func row(
    _ radius: String, _ recall: RecallRecord, cosine: Double
  ) -> RetrievalRadiusSummaryRecord {
    RetrievalRadiusSummaryRecord(
      radius: radius, recall: recall, successFromAttacked: [0.5, 0.25, nil],
      successToAttacked: [1, nil, 0], cosine: cosine, cosineChange: cosine - 0.25, repelled: 9,
      largestDistance: 0.00390625)
  }

  private func report(
    _ attacks: [RetrievalAttackSummaryRecord], worst: [RecallRecord], entries: Int = 40
  ) throws -> RetrievalReport {
    let plan = PlanRecord(
      holdfast: "1", model: ModelRecord(path: "/m/clip", files: [:], defense: nil),
      transferModel: nil,
      data: DataRecord(path: "/d/pairs.csv", layout: "pairs", listing: nil, preprocessing: ""),
      classes: [], templates: [],
      attackSpace: AttackSpaceRecord(
        place: "model", sense: "image", shape: [3, 32, 32], unit: "pixel range [0, 1]"),
      norm: "linf",
      radii: ["1/255", "4/255"], protocols: [], precision: "float32", seed: 7,
      retrieval: RetrievalPlanRecord(side: "partner", partners: 4, distractors: 36))
    let summary = SummaryRecord(
      samples: 10, clean: Self.share(8, of: 10), worstCase: [], protocols: [],
      omitted: [OmittedRecord(name: "transfer", reason: "white-box alone")], inMarginBand: 2,
      retrieval: RetrievalSummaryRecord(
        ranks: [1, 5, 10], entries: entries, clean: Self.recall([8, 9, 10], [3, 4, 4]),
        attacks: attacks, worstCase: worst))
    return try #require(RetrievalReport(plan: plan, summary: summary))
  }

  private func full() throws -> RetrievalReport {
    let (weak, strong) = (Self.recall([5, 8, 10], [2, 4, 4]), Self.recall([1, 4, 9], [0, 4, 4]))
    return try report(
      [
        RetrievalAttackSummaryRecord(
          attack: "crossmaxim",
          radii: [
            Self.row("1/255", weak, cosine: 0.125), Self.row("4/255", strong, cosine: -0.5),
          ])
      ], worst: [weak, strong])
  }

  @Test("say what was attacked, and where epsilon lives")
  func heading() throws {
    #expect(
      try full().heading
        == "clip on pairs.csv: 10 attacked partners in an index of 40, and 4 that "
        + "look for them, linf in units of the pixel range [0, 1], attacked at the model's own size "
        + "3×32×32, seed 7")
  }

  @Test("show each direction by itself, and the cosine")
  func table() throws {
    let table = try full().table()
    #expect(
      table.columns.map(\.name) == ["attack", "direction", "measure", "clean", "1/255", "4/255"])
    #expect(Set(table.rows.map { $0[0] }) == ["crossmaxim"])
    let cells = table.rows.map { row in
      row.dropFirst().map { $0.split(separator: " [")[0] }.joined(separator: " | ")
    }
    #expect(
      cells == [
        "from attacked | R@1 | 80.0 % | 50.0 % | 10.0 %",
        "from attacked | R@5 | 90.0 % | 80.0 % | 40.0 %",
        "from attacked | R@10 | 100.0 % | 100.0 % | 90.0 %",
        "to attacked | R@1 | 75.0 % | 50.0 % | 0.0 %",
        "to attacked | R@5 | 100.0 % | 100.0 % | 100.0 %",
        "to attacked | R@10 | 100.0 % | 100.0 % | 100.0 %",
        "from attacked | cosine | 0.250 | 0.125 (-0.125) | -0.500 (-0.750)",
      ])
    #expect(table.rows[0][4] == "50.0 % [12.5, 87.5]")
  }

  @Test("end with what stands under every attack, where there are several or none")
  func worstCase() throws {
    let found = Self.recall([5, 8, 10], [2, 4, 4])
    let one = RetrievalAttackSummaryRecord(
      attack: "a", radii: [Self.row("1/255", found, cosine: 0)])
    let two = RetrievalAttackSummaryRecord(
      attack: "b", radii: [Self.row("1/255", found, cosine: 0)])
    let names = try report([one, two], worst: [found]).table().rows.map { $0[0] }
    #expect(
      names == .init(repeating: "a", count: 7) + .init(repeating: "b", count: 7)
        + .init(repeating: "worst case", count: 6))
    #expect(
      try report([], worst: []).table().rows.map { $0[0] } == .init(repeating: "clean", count: 6))
  }

  @Test("note what was not run, what the directions mean, the bound, and what says nothing")
  func notes() throws {
    let notes = try full().notes
    #expect(notes[0] == "not run: transfer (white-box alone)")
    #expect(notes[1].hasPrefix("from attacked: each k is a worst case of its own"))
    #expect(notes[2].contains("not searched for this direction"))
    #expect(
      notes[3] == "crossmaxim: 9 of 10 cosines fell at 1/255, moved by at most 0.00390625; "
        + "9 of 10 cosines fell at 4/255, moved by at most 0.00390625")
    #expect(notes[4] == "to attacked: there are 10 to be found, so R@10 says nothing")
    #expect(notes[5].hasPrefix("2 verdicts of R@1 are within 0.001 logits"))
    #expect(notes.count == 6)
    #expect(
      try report([], worst: [], entries: 5).notes.contains(
        "from attacked: there are 5 to be found, so R@5 says nothing"))
  }

  @Test("give figures to programs")
  func figures() throws {
    let lines = try full().figures().csv().split(separator: "\n")
    // Clean, two radii of one attack, and the worst case at both: two directions and three k each.
    #expect(lines.count == 1 + 6 * (1 + 2 + 2))
    #expect(lines[1] == "clean,0,from attacked,1,0.8,0.125,0.875,8,10,,,,,")
    #expect(
      lines[7]
        == "crossmaxim,1/255,from attacked,1,0.5,0.125,0.875,5,10,0.5,0.125,-0.125,9,0.00390625")
    #expect(lines[11].hasPrefix("crossmaxim,1/255,to attacked,5,1.0,0.125,0.875,4,4,,"))
    #expect(lines[28] == "worst-case,4/255,to attacked,1,0.0,0.125,0.875,0,4,,,,,")
  }

  @Test("are none for an audit of classification")
  func other() {
    let summary = SummaryRecord(
      samples: 0, clean: Self.share(0, of: 1), worstCase: [], protocols: [], omitted: [],
      inMarginBand: 0)
    let plan = PlanRecord(
      holdfast: "1", model: ModelRecord(path: "m", files: [:], defense: nil), transferModel: nil,
      data: DataRecord(path: "d", layout: "csv", listing: nil, preprocessing: ""), classes: [],
      templates: [],
      attackSpace: AttackSpaceRecord(place: "model", sense: "image", shape: [1], unit: "u"),
      norm: "linf", radii: [], protocols: [], precision: "float32", seed: 0)
    #expect(RetrievalReport(plan: plan, summary: summary) == nil)
  }
}
