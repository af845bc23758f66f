import Foundation
import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("Comparisons of runs")
struct ComparisonTests {
  /// A run whose verdicts are written per sample: `c` wrong when clean, then `+` and `-` per radius.
  private func run(
    _ folder: URL, _ verdicts: [String: String], _ change: (inout PlanRecord) -> Void = { _ in }
  ) throws -> StoredRun {
    var plan = PlanRecord.madeUp(["white-box"], radii: ["1/255", "2/255"])
    change(&plan)
    let run = try RunFolder(at: folder.path, plan: plan, session: .madeUp)
    for (id, signs) in verdicts {
      let isRight = !signs.hasPrefix("c")
      try run.append(
        SampleRecord(
          id: id, label: 0, input: "",
          clean: CleanRecord(predicted: 0, margin: -1, correct: isRight),
          protocols: [
            SampleProtocolRecord(
              name: "white-box",
              radii: zip(plan.radii, signs.suffix(plan.radii.count)).map {
                SampleRadiusRecord(radius: $0, robust: $1 == "+")
              })
          ]))
    }
    _ = try run.finish()
    return try StoredRun(at: folder.path)
  }

  @Test("pair samples by their ids, and count those that differ")
  func pairs() throws {
    try withTemporaryFolder { folder in
      let a = try run(
        folder.appending(path: "a"),
        ["1": "++", "2": "+-", "3": "--", "4": "c--", "only a": "++"])
      let b = try run(
        folder.appending(path: "b"), ["1": "++", "2": "++", "3": "++", "4": "--"]
      ) { plan in
        plan.radii = ["1/255", "4/510"]
        plan.model.defense = "r-adapt {}"
        plan.seed = 5
      }
      let found = try Comparison.record(a, b)
      #expect(found.paired == 4 && found.unpaired == [1, 0])
      #expect(found.differences == ["the model", "the radii", "the seed"])
      #expect(
        found.rows.map { "\($0.name) \($0.radius ?? "")" } == [
          "clean ", "white-box 1/255", "white-box 2/255", "worst-case 1/255", "worst-case 2/255",
        ])
      #expect(found.rows.map(\.onlyFirst) == [0, 0, 0, 0, 0])
      #expect(found.rows.map(\.onlySecond) == [1, 1, 2, 1, 2])
      #expect(found.rows.map(\.difference) == [0.25, 0.25, 0.5, 0.25, 0.5])
      #expect(found.rows[2].first.count == 1 && found.rows[2].second.count == 3)
      #expect(found.rows[2].p == 0.5)
      let turned = try Comparison.record(b, a)
      #expect(turned.rows.map(\.difference) == found.rows.map { -$0.difference })
    }
  }

  @Test("refuse runs of different data, or whose figures do not mean the same")
  func refusals() throws {
    typealias Change = (inout PlanRecord) -> Void
    let changes: [(String, Change)] = [
      ("different data", { $0.data.listing = "other" }), ("norm", { $0.norm = "l2" }),
      ("unit of epsilon", { $0.attackSpace.unit = "other" }),
    ]
    try withTemporaryFolder { folder in
      let a = try run(folder.appending(path: "a"), ["1": "++"])
      for (index, (words, change)) in changes.enumerated() {
        let b = try run(folder.appending(path: "b\(index)"), ["1": "++"], change)
        let error = try #require(throws: RunError.self) { try Comparison.record(a, b) }
        #expect(error.message.contains(words), "\(error)")
      }
      let empty = try run(folder.appending(path: "c"), ["2": "++"])
      let error = try #require(throws: RunError.self) { try Comparison.record(a, empty) }
      #expect(error.message.contains("no finished sample in common"))
    }
  }

  @Test("refuse unfinished runs, and compare the first samples of the data when asked to")
  func unfinished() throws {
    try withTemporaryFolder { folder in
      let lines = (0..<6).map { line($0, robust: $0 > 2) }
      let whole = try writeRun(folder.appending(path: "whole"), lines)
      // Samples 3 and 5 are missing: 4 says nothing yet.
      let torn = try writeRun(
        folder.appending(path: "torn"), [lines[4], lines[0], lines[1], lines[2]],
        isFinished: false)
      for pair in [(whole, torn), (torn, whole)] {
        let error = try #require(throws: RunError.self) { try Comparison.record(pair.0, pair.1) }
        #expect(error.message.contains("torn` is not finished"), "\(error)")
        #expect(error.hint?.contains("--partial") == true)
        let found = try Comparison.record(pair.0, pair.1, partial: true)
        #expect(found.paired == 3 && found.unfinished == [torn.path])
      }
      let old = try writeRun(
        folder.appending(path: "old"), [line("0", place: nil, robust: true)], isFinished: false)
      let error = try #require(throws: RunError.self) {
        try Comparison.record(whole, old, partial: true)
      }
      #expect(error.message.contains("in which order"), "\(error)")
    }
  }

  @Test("refuse samples of one id whose files or inputs differ, and name them")
  func inputs() throws {
    try withTemporaryFolder { folder in
      func run(
        _ name: String, _ input: String, _ file: String?, preprocessing: String = "p"
      ) throws -> StoredRun {
        let lines = (0..<5).map {
          line($0, robust: true, input: input, file: file)
        }
        return try writeRun(folder.appending(path: name), lines) {
          $0.data.preprocessing = preprocessing
        }
      }
      let a = try run("a", "1", "x")
      for other in [try run("b", "2", "y"), try run("c", "2", nil)] {
        let error = try #require(throws: RunError.self) { try Comparison.record(a, other) }
        #expect(
          error.message.contains("5 of 5 samples") && error.message.contains("`0`, `1`, `2`"),
          "\(error)")
      }
      // Another model may prepare the same file in its own way.
      let larger = try Comparison.record(a, run("d", "2", "x", preprocessing: "q"))
      #expect(larger.differences == ["the data or its preprocessing"])
      let moved = try Comparison.record(a, run("e", "2", "x"))
      #expect(moved.differences == ["the inputs of 5 samples, though their files are the same"])
    }
  }
}
