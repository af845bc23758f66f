import Foundation
import Holdfast

/// Which pictures torchattacks leaves standing, as `Tools/peers/autoattack_torchattacks.py` stores it.
struct PeerVerdicts: Decodable {
  /// One attack at one radius.
  struct Run: Decodable {
    let attack, epsilon, robustVerdicts: String
    let seed: Int
  }

  let model, template: String
  let classes, images: [String]
  let cleanVerdicts: String
  let versions: [String: String]
  let runs: [Run]
  private let norm: String?

  init(at path: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// How perturbations are measured.
  var threat: Norm { norm.flatMap { Norm(rawValue: $0.lowercased()) } ?? .linf }

  /// Which pictures are right when unperturbed.
  var clean: [Bool] { cleanVerdicts.map { $0 == "1" } }

  /// What is compared: an attack of the peer, or the worst of several, with one seed.
  struct Question {
    let attack: String
    let seed: Int
    /// The peer's attacks whose worst is meant.
    let parts: [String]
    /// The radii, ascending.
    let radii: [Radius]
    /// Per radius, which pictures the peer leaves standing.
    let standing: [[Bool]]
  }

  /// Every attack and seed that is stored, and for each seed the ensemble of all its parts.
  var questions: [Question] {
    var seen: [(attack: String, seed: Int)] = []
    for run in runs where !seen.contains(where: { $0 == (run.attack, run.seed) }) {
      seen.append((run.attack, run.seed))
    }
    let single = seen.map { attack, seed in
      question(attack, seed: seed, parts: [attack], at: radii(of: attack, seed))
    }
    return single + Set(seen.map(\.seed)).sorted().flatMap(ensembles)
  }

  private static let ensemble = ["apgd-ce", "apgd-t", "fab-t", "square"]

  /// The ensemble of one seed; radii at which a part is missing go by themselves, without it.
  private func ensembles(seed: Int) -> [Question] {
    let all = Set(Self.ensemble.flatMap { radii(of: $0, seed) }).sorted()
    let kinds = Set(all.map { parts(at: $0, seed) }).filter { $0.count > 1 }
    return kinds.sorted { $0.count > $1.count }.map { parts in
      question(
        parts.count == Self.ensemble.count ? "autoattack" : parts.joined(separator: "+"),
        seed: seed, parts: parts, at: all.filter { self.parts(at: $0, seed) == parts })
    }
  }

  private func parts(at radius: Radius, _ seed: Int) -> [String] {
    Self.ensemble.filter { radii(of: $0, seed).contains(radius) }
  }

  private func question(
    _ name: String, seed: Int, parts: [String], at radii: [Radius]
  ) -> Question {
    Question(
      attack: name, seed: seed, parts: parts, radii: radii,
      standing: radii.map { radius in
        parts.compactMap { run($0, radius, seed) }.reduce(clean) { worst, run in
          zip(worst, run.robustVerdicts).map { $0 && $1 == "1" }
        }
      })
  }

  private func radii(of attack: String, _ seed: Int) -> [Radius] {
    runs.filter { $0.attack == attack && (seeds(attack, seed)).contains($0.seed) }
      .compactMap { Radius($0.epsilon) }.sorted()
  }

  private func run(_ attack: String, _ radius: Radius, _ seed: Int) -> Run? {
    runs.first {
      $0.attack == attack && seeds(attack, seed).contains($0.seed) && Radius($0.epsilon) == radius
    }
  }

  /// FAB-T draws nothing without restarts, so what is stored for one seed holds for all.
  private func seeds(_ attack: String, _ seed: Int) -> [Int] {
    attack == "fab-t" ? [0] : [seed]
  }
}
