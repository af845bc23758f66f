import Foundation
import Holdfast
import Testing

@testable import HoldfastDemo

@Suite("The demonstration's story")
struct DemoStoryTests {
  /// A summary of 100 samples with the given numbers of correct ones.
  static func summary(
    clean: Int, worst: [Int], protocols: [String: [Int]] = [:]
  ) -> SummaryRecord {
    func radii(_ robust: [Int]) -> [RadiusSummaryRecord] {
      zip(["1/255", "4/255"], robust).map { radius, robust in
        let share = ProportionRecord.wilson(robust, of: 100)
        return RadiusSummaryRecord(
          radius: radius, cleanAccuracy: Double(clean) / 100, robustAccuracy: share.value,
          interval: [share.low, share.high], robust: robust, total: 100, forwardPerSample: 1,
          backwardPerSample: 1, seconds: 1)
      }
    }
    return SummaryRecord(
      samples: 100, clean: .wilson(clean, of: 100), worstCase: radii(worst),
      protocols: protocols.sorted { $0.key < $1.key }.map {
        ProtocolSummaryRecord(name: $0.key, attacks: [], radii: radii($0.value))
      }, omitted: [], inMarginBand: 0)
  }

  /// An audit of a modality with that summary.
  static func entry(_ sense: String, _ summary: SummaryRecord) -> SensesReport.Entry {
    .init(
      plan: PlanRecord(
        holdfast: "0", model: ModelRecord(path: "model", files: [:], defense: nil),
        transferModel: nil,
        data: DataRecord(path: "scenes", layout: "scenes", listing: nil, preprocessing: ""),
        classes: [], templates: [],
        attackSpace: AttackSpaceRecord(
          place: "model", sense: sense, shape: [1], unit: "unit of \(sense)"),
        norm: "linf", radii: ["1/255", "4/255"], protocols: [], goal: nil, budgets: .nested,
        precision: "float32", seed: 0), summary: summary)
  }

  static func story(
    bare: SummaryRecord, hardened: SummaryRecord, clean: Int = 480, baseline: Int = 150
  ) -> String {
    let model = SensesStory(
      senses: [.init(name: "image", accuracy: .wilson(clean, of: 500))],
      baseline: .wilson(baseline, of: 500), bare: [entry("image", bare)], weakest: nil)
    let defense = DefenseStory(name: "r-adapt", bare: bare, hardened: hardened)
    return (model.sentences + defense.sentences).joined(separator: "\n")
  }

  @Test("Modalities are told apart: which breaks where, which does not, and which keeps least")
  func senses() {
    let entries = [
      Self.entry("image", Self.summary(clean: 96, worst: [70, 10])),
      Self.entry("audio", Self.summary(clean: 98, worst: [97, 40])),
      Self.entry("points", Self.summary(clean: 90, worst: [89, 88])),
    ]
    let text = SensesStory(
      senses: ["image", "audio", "points"].map {
        .init(name: $0, accuracy: .wilson(470, of: 500))
      }, baseline: .wilson(80, of: 500), bare: entries, weakest: SensesReport(entries).weakest
    ).sentences.joined(separator: "\n")
    #expect(text.contains("image at 1/255 of the unit of image, from 96 %"))
    #expect(text.contains("audio at 4/255 of the unit of audio, from 98 %"))
    #expect(text.contains("show that accuracy is lost by: points."))
    #expect(text.contains("image keeps least of its clean accuracy: 72.9 %"))
  }

  @Test("A defence that only withstands borrowed examples is told as one")
  func flattered() {
    let text = Self.story(
      bare: Self.summary(clean: 96, worst: [70, 10]),
      hardened: Self.summary(
        clean: 90, worst: [65, 5],
        protocols: ["transfer": [85, 70], "white-box": [66, 6], "adaptive": [67, 7]]))
    #expect(text.contains("It has learned shapes, not pixels."))
    #expect(text.contains("image at 1/255 of the unit of image, from 96 %"))
    #expect(text.contains("it keeps 70 %"))
    #expect(text.contains("65 points better than it is"))
    #expect(text.contains("within the intervals."))
    #expect(text.contains("cannot tell the hardened model from the undefended one"))
    #expect(!text.contains("masked"))
  }

  @Test("A defence that helps in the worst case is told as one")
  func helpful() {
    let text = Self.story(
      bare: Self.summary(clean: 96, worst: [60, 10]),
      hardened: Self.summary(
        clean: 94, worst: [90, 60],
        protocols: ["transfer": [92, 65], "white-box": [90, 61], "adaptive": [91, 62]]))
    #expect(text.contains("the more robust one at 1/255: from 60 %"))
    #expect(text.contains("leave the same accuracy"))
    #expect(!text.contains("points better than it is"))
  }

  @Test("What it costs, masked gradients and harm are told")
  func harmful() {
    let text = Self.story(
      bare: Self.summary(clean: 96, worst: [80, 30]),
      hardened: Self.summary(
        clean: 60, worst: [20, 2],
        protocols: ["transfer": [58, 40], "white-box": [55, 45], "adaptive": [20, 2]]))
    #expect(text.contains("r-adapt costs clean accuracy: from 96 %"))
    #expect(text.contains("sign of masked gradients"))
    #expect(text.contains("the less robust one at 1/255: from 80 %"))
  }

  @Test("What was not run or not seen is not told")
  func silence() {
    let text = Self.story(
      bare: Self.summary(clean: 96, worst: [95, 94]),
      hardened: Self.summary(clean: 96, worst: [95, 94], protocols: ["white-box": [95, 94]]),
      clean: 160)
    #expect(text.contains("Nothing shows that it learned more"))
    #expect(
      text.contains("At no radius tried do 100 samples show that accuracy is lost by: image."))
    #expect(!text.contains("Against examples"))
    #expect(text.contains("cannot tell"))
  }

  @Test("A model that knows less than its pixels is told as one")
  func ignorant() {
    let nothing = Self.summary(clean: 0, worst: [0, 0])
    let text = Self.story(bare: nothing, hardened: nothing, clean: 25, baseline: 90)
    #expect(text.contains("It knows less than pixels give away."))
  }

  @Test("A second demonstration goes beside the first")
  func folders() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-demo-\(UUID().uuidString)").path
    defer {
      for name in [folder, "\(folder)-2"] { try? FileManager.default.removeItem(atPath: name) }
    }
    #expect(Demo.unused(folder) == folder)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/undefended", withIntermediateDirectories: true)
    #expect(Demo.unused(folder) == "\(folder)-2")
    try FileManager.default.createDirectory(
      atPath: "\(folder)-2/undefended", withIntermediateDirectories: true)
    #expect(Demo.unused(folder) == "\(folder)-3")
  }

  @Test("Lines are short and lose no word")
  func wrapping() {
    let text = (0..<60).map { "word\($0)" }.joined(separator: " ")
    let wrapped = Demo.wrapped(text)
    #expect(wrapped.split(separator: "\n").allSatisfy { $0.count <= 96 })
    #expect(wrapped.split { $0.isWhitespace }.dropFirst().joined(separator: " ") == text)
  }
}
