import Foundation
import HoldfastRecords
import HoldfastTestSupport
import Testing

@testable import HoldfastReport

@Suite("Pages about runs")
struct HTMLReportTests {
  private func recorded(_ run: MadeUpRun, shards: Int = 1) throws -> RecordedRun {
    try withTemporaryFolder { folder in
      try run.write(to: folder, shards: shards)
      return try RecordedRun(at: folder.path)
    }
  }

  private func page(_ runs: MadeUpRun...) throws -> String {
    try HTMLReport(runs.map { try recorded($0) }).html()
  }

  private func full(_ text: String = "", classes: [String] = ["cat", "dog", "ship"]) -> MadeUpRun {
    var run = MadeUpRun(classes: classes, text: text)
    run.addGallery(text: text)
    run.addChecks(text: text)
    return run
  }

  private func share(_ row: RadiusSummaryRecord) -> String {
    String(
      format: "%.1f %%[%.1f, %.1f]", 100 * row.robustAccuracy, 100 * row.interval[0],
      100 * row.interval[1])
  }

  // MARK: Figures

  @Test("hold the figures of the records, each in its place")
  func figures() throws {
    let run = full()
    let page = try page(run)
    let summary = run.summary
    let clean = String(format: "%.1f %%", 100 * summary.clean.value)
    let table = Markup.part(of: page, from: "aria-label=\"Results per protocol\"", to: "</table>")
    let rows = table.rows.map { row in row.map { $0.replacing(" [", with: "[") } }
    #expect(rows.first == ["protocol", "attacks", "clean"] + run.plan.radii)
    #expect(
      Array(rows.dropFirst().dropLast())
        == summary.protocols.map { [$0.name, "apgd-ce", clean] + $0.radii.map(share) })
    #expect(rows.last?.dropFirst(3).map(\.self) == summary.worstCase.map(share))

    let work = Markup.part(of: page, from: "aria-label=\"Attacks and their cost\"", to: "</table>")
    #expect(
      Array(work.rows.dropFirst())
        == summary.protocols.map { entry in
          [entry.name, "apgd-ce"] + entry.work[0].fooled.map { "\($0)" }
            + ["31", "33.8", "32.2", "37.5"]
        })

    let classes = Markup.part(
      of: page, from: "aria-label=\"Accuracy of each class\"", to: "</table>"
    ).rows
    #expect(classes.count == 4)
    let smallest = Markup.part(
      of: page, from: "aria-label=\"Smallest perturbations\"", to: "</table>"
    ).rows
    #expect(
      smallest.dropFirst().map { $0[2] }.compactMap { Int($0) } == [6, 16, 16, 14, 8])
    #expect(page.contains("The median of the smallest perturbation found that fools is 1.40/255"))
    for row in classes.dropFirst() {
      let label = try #require(["cat", "dog", "ship"].firstIndex(of: row[0]))
      let mine = run.samples.filter { $0.label == label }
      let robust = run.plan.radii.indices.map { place in
        mine.count { sample in
          sample.clean.correct && sample.protocols.allSatisfy { $0.radii[place].robust }
        }
      }
      #expect(
        row.dropFirst(2).map(\.self)
          == ([mine.count, mine.count(where: \.clean.correct)] + robust).map { "\($0)" })
    }

    let headline = Markup.part(of: page, from: "<dl class=\"figures\">", to: "</dl>").elements
    #expect(
      headline.filter { $0.name == "dd" }.map(\.text)
        == ([summary.clean.value] + summary.worstCase.map(\.robustAccuracy)).map {
          String(format: "%.1f %% ", 100 * $0)
        })
    for text in [
      "Of 60 samples, 54 are right when clean", "0.312", "0.125", "0.219", "0.438",
      "0.688", "perturbation × 100", "0.003906", "41 of 59 (69.5 %)", "p = 0.0013",
      "17 speak against and 3 for it", "3 verdicts are within 0.001",
    ] {
      #expect(Markup(page).text.contains(text), "\(text)")
    }
  }

  @Test("draw each share at its height, and each radius at its place")
  func curves() throws {
    let run = full()
    let plot = Markup.part(of: try page(run), from: "class=\"plot wide\"", to: "</svg>").elements
    let marks = plot.filter { $0.name == "circle" }.compactMap { mark in
      Double(mark.attributes["cx"] ?? "").flatMap { x in
        Double(mark.attributes["cy"] ?? "").map { (x, $0) }
      }
    }
    let rows = [run.summary.worstCase] + run.summary.protocols.map(\.radii)
    let values = rows.flatMap { [run.summary.clean.value] + $0.map(\.robustAccuracy) }
    #expect(marks.count == values.count)
    let grid = plot.filter { $0.attributes["class"] == "grid" }.compactMap {
      Double($0.attributes["d"]?.split(separator: " ").last?.prefix { $0 != "H" } ?? "")
    }
    let (bottom, top) = try #require(
      zip(grid.first.map { [$0] } ?? [], [grid.last ?? 0]).first {
        $0 != $1
      })
    for (mark, value) in zip(marks, values) {
      #expect(abs(mark.1 - (bottom - (bottom - top) * value)) < 0.06)
    }
    // 1/255, 2/255 and 4/255 stand in proportion, but for the step that keeps curves apart.
    let (left, right) = (46.0, 738.0)
    for (mark, place) in zip(marks.prefix(4), [0, 0.25, 0.5, 1]) {
      #expect(abs(mark.0 - (left + (right - left) * place)) <= 6.1)
    }
    let notes = plot.filter { $0.name == "title" }.map(\.text)
    #expect(notes.contains { $0.hasPrefix("worst case, 1/255: 63.3 % [") })
  }

  @Test("name what was not tested, and what the unit of epsilon is")
  func honesty() throws {
    var run = full()
    let text = Markup(try page(run)).text
    #expect(text.contains("The protocol adaptive: there is no defence."))
    #expect(text.contains("Changes beyond linf 4/255 (pixel range [0, 1])"))
    #expect(text.contains("Samples after the first 60"))
    #expect(text.contains("Epsilon: linf, in units of the pixel range [0, 1]."))
    #expect(text.contains("Unreliable: check (b) failed."))
    #expect(!text.contains("the checks were not run"))
    run = MadeUpRun()
    let bare = Markup(try page(run)).text
    #expect(bare.contains("Whether gradients are masked: the checks were not run"))
    #expect(!bare.contains("Unreliable"))
  }

  // MARK: Text that is not ours

  @Test("are made of the same elements whatever the names in them", arguments: MadeUpRun.hostile)
  func escaping(text: String) throws {
    let classes = ["cat", "dog", "ship"]
    let plain = Markup(try page(full(" plain", classes: classes.map { "\($0) plain" })))
    let page = try page(full(text, classes: classes.map { $0 + text }))
    #expect(Markup(page).skeleton == plain.skeleton)
    for element in Markup(page).elements {
      for (name, value) in element.attributes {
        #expect(!name.hasPrefix("on"))
        guard ["src", "href", "data", "action", "xlink:href", "srcset"].contains(name) else {
          continue
        }
        #expect(
          value.hasPrefix("data:image/") || value.hasPrefix("data:audio/") || value.hasPrefix("#"))
      }
    }
    for scalar in page.unicodeScalars {
      #expect(
        scalar.value >= 32 || scalar == "\n",
        "a control character \(scalar.escaped(asASCII: true)) is in the page")
      #expect(![0x202E, 0x2066, 0x2069].contains(scalar.value))
    }
  }

  @Test("show hostile names as they are written")
  func shown() throws {
    let text = Markup(try page(full(classes: MadeUpRun.hostile))).text
    for name in MadeUpRun.hostile where !name.unicodeScalars.contains(where: { $0.value < 32 }) {
      let visible = name.replacing("\u{202E}", with: "\\u{202E}")
        .replacing("\"\u{301}", with: "\"\u{25CC}\u{301}")
        .replacing("<\u{338}", with: "<\u{25CC}\u{338}")
      #expect(
        text.contains(visible.replacing("&lt;", with: "<").replacing("&amp;", with: "&"))
          || text.contains(visible), "\(name)")
    }
  }

  @Test("come from templates that escape all they take")
  func templates() {
    for (name, text) in PageTemplates.all {
      #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
      #expect(!text.contains("<script") && !text.contains("http:") && !text.contains("https:"))
      #expect(!text.contains("url(") && !text.contains("@import"), "\(name)")
    }
  }

  // MARK: Several runs

  @Test("compare runs of one modality in one drawing, and say in what else they differ")
  func comparison() throws {
    var other = MadeUpRun(model: "/models/hardened", firmness: 30)
    let page = try page(MadeUpRun(), other)
    let first = Markup.part(of: page, from: "<div class=\"group\">", to: "</figure>")
    #expect(
      first.elements.count { $0.name == "circle" && $0.attributes["cx"] != "14" } == 2 * 2 * 4)
    #expect(!page.contains("differ not in their models alone"))
    let table = Markup.part(of: page, from: "aria-label=\"Worst case of each run\"", to: "</table>")
    #expect(table.rows.map { $0[0] } == ["model", "clip", "hardened"])

    other.plan.seed = 8
    other.plan.protocols[1].attacks[0].parameters = "{\"steps\":10}"
    let unlike = try self.page(MadeUpRun(), other)
    #expect(
      unlike.contains(
        "image: these runs differ not in their models alone, but also in the protocols or their "
          + "attacks, the seed."))
    let apart = try self.page(
      MadeUpRun(), MadeUpRun(sense: "audio", unit: "normalised mel"))
    #expect(apart.components(separatedBy: "<div class=\"group\">").count == 3)
  }

  @Test("stay small and quick with a thousand classes and ten thousand samples")
  func size() throws {
    let run = MadeUpRun(classes: (0..<1000).map { "class \($0)" }, samples: 10_000)
    let recorded = try recorded(run, shards: 3)
    let clock = ContinuousClock()
    var page = ""
    let time = try clock.measure { page = try HTMLReport([recorded]).html() }
    #expect(page.utf8.count < 1_500_000)
    #expect(time < .seconds(20))
    #expect(page.contains("980 more classes"))
  }
}
