import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Each attack beside torchattacks' own on the same pictures, with the same budget.
///
/// Attacked are the pictures that torchattacks fools, at the radii at which it does: what it leaves
/// standing can only speak for ours. `scripts/bench strength` does the same on all that are stored.
@Suite(
  "As strong as torchattacks",
  .enabled(if: Fixtures.isPresent, "needs the checkpoints and pictures of HOLDFAST_FIXTURES"))
struct StrengthTests {
  /// Our spelling of a peer's attack, and how many pictures of each class it is run on here.
  struct Comparison: CustomTestStringConvertible, Sendable {
    let model, attack, spelling: String
    let perClass: Int
    /// Which verdicts are meant: those in Linf, or `-l2` and `-l1`.
    var norm = ""
    var testDescription: String { "\(attack)\(norm) on \(model)" }
  }

  static let models = ["clip-tiny-cifar10", "clip-tiny-cifar10-robust"]
  /// What is compared, as far as the peer's verdicts are stored.
  static let comparisons = all.filter { comparison in
    let stored = try? PeerVerdicts(comparison.model + comparison.norm).runs
    return stored?.contains { $0.attack == comparison.attack && $0.seed == 0 } ?? false
  }

  private static let all = models.flatMap { model in
    [
      Comparison(model: model, attack: "pgd-20", spelling: "pgd:steps=20", perClass: 8),
      Comparison(model: model, attack: "apgd-ce", spelling: "apgd-ce", perClass: 8),
      Comparison(model: model, attack: "apgd-t", spelling: "apgd-t", perClass: 6),
      Comparison(model: model, attack: "fab-t", spelling: "fab-t", perClass: 4),
      Comparison(model: model, attack: "square", spelling: "square", perClass: 3),
      Comparison(model: model, attack: "apgd-ce", spelling: "apgd-ce", perClass: 3, norm: "-l2"),
      Comparison(model: model, attack: "apgd-t", spelling: "apgd-t", perClass: 3, norm: "-l2"),
      Comparison(model: model, attack: "fab-t", spelling: "fab-t", perClass: 3, norm: "-l2"),
      Comparison(model: model, attack: "square", spelling: "square", perClass: 3, norm: "-l2"),
      Comparison(model: model, attack: "fab-t", spelling: "fab-t", perClass: 3, norm: "-l1"),
    ]
  }

  @Test(arguments: comparisons)
  func leavesNoMoreStanding(_ comparison: Comparison) throws {
    let trial = try PeerTrial(
      comparison.model, suffix: comparison.norm, perClass: comparison.perClass)
    let runs = trial.peer.runs.filter { $0.attack == comparison.attack && $0.seed == 0 }
    #expect(
      runs.reduce(0) { $0 + trial.fooled(by: $1).count } >= 3, "too few pictures to say anything")
    let left = try trial.left(by: comparison.spelling, of: runs)
    for run in runs {
      let fooled = trial.fooled(by: run).count
      // So few pictures leave room for the luck of one.
      #expect(
        left[run.epsilon] ?? 0 <= 1,
        "\(left[run.epsilon] ?? 0) of the peer's \(fooled) stand at \(run.epsilon)")
    }
  }

  /// A weaker attack does not pass.
  @Test(arguments: models)
  func aWeakerAttackIsSeen(_ model: String) throws {
    let trial = try PeerTrial(model, perClass: 12)
    let runs = trial.peer.runs.filter { $0.attack == "apgd-t" && $0.seed == 0 }
    let left = try trial.left(by: "pgd:steps=2", of: runs)
    #expect(left.values.max() ?? 0 > 2, "\(left)")
  }

  /// A search in bfloat16 fools what is known to fall; `scripts/bench strength --bf16` compares it
  /// with the search in float32 on all pictures.
  @Test(arguments: models, ["apgd-ce", "apgd-t"])
  func bfloat16IsAsStrong(_ model: String, _ attack: String) throws {
    let trial = try PeerTrial(model, perClass: 6)
    let runs = trial.peer.runs.filter { $0.attack == attack && $0.seed == 0 }
    let left = try trial.left(by: attack, of: runs, inBFloat16: true) { outcome in
      // Success is tested in float32 whatever the search is in.
      for found in outcome.radii where found.success {
        let example = try #require(found.example)
        let seen = try Verifier(subject: trial.subject).test(
          example.input, job: outcome.job, distance: example.distance)
        #expect(abs(seen.margin - example.margin) < 1e-6)
      }
    }
    #expect(left.values.max() ?? 0 <= 1, "\(left)")
  }
}

/// Verdicts of torchattacks on a model, made by Tools/peers/autoattack_torchattacks.py.
struct PeerVerdicts: Decodable {
  struct Run: Decodable {
    let attack, epsilon, robustVerdicts: String
    let seed: Int
  }

  let template: String
  let classes, images: [String]
  let cleanVerdicts: String
  let norm: String?
  let runs: [Run]

  init(_ name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../HoldfastAttacksTests/Goldens/peer-\(name).json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(contentsOf: file))
  }
}

/// A model with the pictures that the peer has attacked it with.
struct PeerTrial {
  let peer: PeerVerdicts
  let norm: Norm
  let subject: Subject
  let search: Subject
  /// The pictures, in the order of the data; `radii` is empty.
  let jobs: [AttackJob]

  /// - Parameter suffix: of the stored verdicts' name, such as `-l2`.
  init(_ model: String, suffix: String = "", perClass: Int) throws {
    peer = try PeerVerdicts(model + suffix)
    norm = peer.norm.flatMap { Norm(rawValue: $0.lowercased()) } ?? .linf
    let loaded = try loadModel(at: Fixtures.path("models/\(model)"))
    let sense = try #require(loaded[.image])
    let template = peer.template.replacingOccurrences(of: "{class}", with: "{}")
    let head = try AnchorBank(
      .templates(PromptTemplates([template])), for: peer.classes, texts: loaded.text
    ).head(.mean, scale: sense.scale)
    subject = Subject(encoder: sense.encoder, head: head)
    search = Subject(
      encoder: try sense.rebuilt(sense.parameters.cast(to: .bfloat16)), head: head)
    let known = Set(peer.images)
    let clean = Dictionary(uniqueKeysWithValues: zip(peer.images, peer.cleanVerdicts))
    let prefetcher = Prefetcher(
      try openDataSet(at: Fixtures.path("data/cifar10/test"), classes: nil),
      preparation: sense.preparation, skip: { !known.contains($0.id) })
    var taken = [Int](repeating: 0, count: peer.classes.count)
    var jobs: [AttackJob] = []
    while let sample = try prefetcher.next() {
      guard taken[sample.label] < perClass else { continue }
      taken[sample.label] += 1
      let job = try AttackJob(
        id: sample.id, input: sample.tensor(for: sense.encoder.input), label: sample.label,
        for: subject, radii: [])
      #expect(job.truth.isCorrect == (clean[sample.id] == "1"), "\(sample.id), unperturbed")
      jobs.append(job)
    }
    #expect(jobs.count == peer.classes.count * perClass)
    self.jobs = jobs
  }

  /// The pictures that are right when unperturbed and that a run of the peer fools.
  func fooled(by run: PeerVerdicts.Run) -> Set<String> {
    let stands = Dictionary(uniqueKeysWithValues: zip(peer.images, run.robustVerdicts))
    return Set(jobs.filter { $0.truth.isCorrect && stands[$0.id] == "0" }.map(\.id))
  }

  /// How many of the pictures that runs of the peer fool stand under ours, at each of their radii.
  func left(
    by spelling: String, of runs: [PeerVerdicts.Run], inBFloat16: Bool = false,
    _ look: (AttackOutcome) throws -> Void = { _ in }
  ) throws -> [String: Int] {
    let attacked = jobs.compactMap { job -> AttackJob? in
      let radii = runs.filter { fooled(by: $0).contains(job.id) }.compactMap {
        Radius($0.epsilon)
      }
      guard !radii.isEmpty else { return nil }
      return AttackJob(id: job.id, input: job.input, truth: job.truth, radii: radii)
    }
    var left: [String: Int] = [:]
    for outcome in try run(spelling, on: attacked, inBFloat16: inBFloat16) {
      try look(outcome)
      for found in outcome.radii where !found.success {
        left[found.radius.description, default: 0] += 1
      }
    }
    return left
  }

  func run(
    _ spelling: String, on jobs: [AttackJob], inBFloat16: Bool
  ) throws -> [AttackOutcome] {
    try AttackTable.recipe(spelling, norm: norm).run(
      on: jobs,
      PoolSettings(
        subject: subject, search: inBFloat16 ? search : nil, norm: norm, slots: 64))
  }
}
