import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Verdicts of torchattacks on a model, made by Tools/peers/autoattack_torchattacks.py.
private struct PeerVerdicts: Decodable {
  struct Run: Decodable {
    let attack, epsilon, robustVerdicts: String
    let seed: Int
  }

  let template: String
  let classes, images: [String]
  let cleanVerdicts: String
  let runs: [Run]

  init(model: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../HoldfastAttacksTests/Goldens/peer-\(model).json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(contentsOf: file))
  }
}

/// Each attack beside torchattacks' own on the same pictures, with the same budget.
@Suite(
  "As strong as torchattacks",
  .enabled(if: Fixtures.isPresent, "needs the checkpoints and pictures of HOLDFAST_FIXTURES"))
struct StrengthTests {
  /// Our spelling of a peer's attack, and how many pictures of each class it is run on here;
  /// Tools/peers/compare_verdicts.py compares all thirty.
  struct Comparison: CustomTestStringConvertible, Sendable {
    let model, attack, spelling: String
    let perClass: Int
    var testDescription: String { "\(attack) on \(model)" }
  }

  static let comparisons = ["clip-tiny-cifar10", "clip-tiny-cifar10-robust"].flatMap { model in
    [
      Comparison(model: model, attack: "pgd-20", spelling: "pgd:steps=20", perClass: 6),
      Comparison(model: model, attack: "apgd-ce", spelling: "apgd-ce", perClass: 4),
    ]
  }

  @Test(arguments: comparisons)
  func leavesNoMoreStanding(_ comparison: Comparison) throws {
    let peer = try PeerVerdicts(model: comparison.model)
    let clip = try loadCLIP(at: Fixtures.path("models/\(comparison.model)"))
    let template = peer.template.replacingOccurrences(of: "{class}", with: "{}")
    let subject = try Subject(
      encoder: clip.model.vision,
      head: clip.model.head(
        for: peer.classes, templates: PromptTemplates([template]),
        tokenizer: #require(clip.tokenizer)))
    let set = try openDataSet(at: Fixtures.path("data/cifar10/test"), classes: nil)
    let radii = ["1/255", "2/255", "4/255"].compactMap(Radius.init)
    let plan = AuditPlan(
      subject: subject, attacks: [.whiteBox: try AttackTable.recipes(comparison.spelling)],
      radii: radii, slots: 64)
    let prefetcher = Prefetcher(
      set, preparation: clip.preprocessor, limit: 10 * comparison.perClass)
    var records: [String: SampleRecord] = [:]
    try Auditor(plan).run(prefetcher.next) { records[$0.id] = $0 }
    #expect(records.count == 10 * comparison.perClass)

    let places = try records.keys.map { id in try #require(peer.images.firstIndex(of: id)) }
    let clean = Array(peer.cleanVerdicts)
    for place in places {
      #expect(records[peer.images[place]]?.clean.correct == (clean[place] == "1"))
    }
    for (index, radius) in radii.enumerated() {
      let run = try #require(
        peer.runs.first {
          $0.attack == comparison.attack && $0.epsilon == radius.description && $0.seed == 0
        })
      let theirs = Array(run.robustVerdicts)
      let more = places.reduce(0) { sum, place in
        let record = records[peer.images[place]]
        let stands =
          record.map { $0.clean.correct && $0.protocols[0].radii[...index].allSatisfy(\.robust) }
          ?? false
        return sum + (stands ? 1 : 0) - (theirs[place] == "1" ? 1 : 0)
      }
      // So few samples leave room for the luck of one.
      #expect(more <= 1, "\(more) more than the peer's stand at \(radius)")
    }
  }
}
