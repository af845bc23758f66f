import Foundation
import Holdfast

/// What a comparison of strength found.
struct StrengthReport: Codable {
  /// One attack at one radius.
  struct Row: Codable {
    let model, norm, attack, epsilon, against: String
    let seed, images, clean, ours, other: Int
    /// Pictures that ours alone leaves standing, and those that the other alone does.
    let onlyOurs, onlyOther: Int
    /// How many points more ours leaves standing, and its paired 95 % interval.
    let difference: Double
    let interval: [Double]
    let passes: Bool
    /// For all radii of the attack together.
    let seconds: Double
  }

  let holdfast: String
  var peer: [String: String] = [:]
  let points: Double
  let whole: Bool
  private(set) var rows: [Row] = []
  private(set) var failures: [String] = []

  init(holdfast: String, points: Double, whole: Bool) {
    self.holdfast = holdfast
    self.points = points
    self.whole = whole
  }

  /// The report that a file holds, if it is one of the same settings; else an empty one.
  init(resuming path: String?, points: Double, whole: Bool) {
    self.init(
      holdfast: "libtorch \(Torch.version), \(Torch.cpuCapability)", points: points, whole: whole)
    guard let data = path.flatMap({ FileManager.default.contents(atPath: $0) }),
      let earlier = try? JSONDecoder().decode(Self.self, from: data),
      earlier.holdfast == holdfast, earlier.points == points, earlier.whole == whole
    else { return }
    self = earlier
  }

  /// Writes everything found so far.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(Array(encoder.encode(self)), to: path)
  }

  /// Whether a comparison was made before, at all its radii and on as many pictures.
  func holds(_ question: PeerVerdicts.Question, _ trial: StrengthTrial, against: String) -> Bool {
    question.radii.allSatisfy { radius in
      rows.contains {
        ($0.model, $0.norm, $0.attack, $0.against)
          == (trial.peer.model, trial.peer.threat.rawValue, question.attack, against)
          && ($0.epsilon, $0.seed, $0.images) == (radius.description, question.seed, trial.count)
      }
    }
  }

  /// Forgets a comparison that is made again.
  mutating func drop(_ question: PeerVerdicts.Question, _ trial: StrengthTrial) {
    rows.removeAll {
      ($0.model, $0.norm, $0.attack, $0.seed)
        == (trial.peer.model, trial.peer.threat.rawValue, question.attack, question.seed)
    }
  }

  /// Notes what makes the run fail.
  mutating func fail(_ reasons: [String]) {
    for reason in reasons where !failures.contains(reason) { failures.append(reason) }
  }

  mutating func add(
    _ question: PeerVerdicts.Question, _ trial: StrengthTrial, against: String, _ ours: [[Bool]],
    _ other: [[Bool]], seconds: Double
  ) {
    for (index, radius) in question.radii.enumerated() {
      let pairs = Array(zip(ours[index], other[index]))
      let (more, fewer) = (pairs.count { $0 && !$1 }, pairs.count { !$0 && $1 })
      let n = Double(pairs.count)
      let mean = Double(more - fewer) / n
      let variance = max(0, (Double(more + fewer) - n * mean * mean) / max(1, n - 1))
      let half = 1.96 * (variance / n).squareRoot()
      let row = Row(
        model: trial.peer.model, norm: trial.peer.threat.rawValue, attack: question.attack,
        epsilon: radius.description, against: against, seed: question.seed, images: pairs.count,
        clean: trial.peer.clean.taking(trial.places).count { $0 }, ours: pairs.count { $0.0 },
        other: pairs.count { $0.1 }, onlyOurs: more, onlyOther: fewer, difference: 100 * mean,
        interval: [100 * (mean - half), 100 * (mean + half)],
        passes: 100 * mean <= points || 100 * (mean - half) < points, seconds: seconds)
      rows.append(row)
      say(line(row))
      if !row.passes { fail([line(row)]) }
    }
  }

  private func line(_ row: Row) -> String {
    "\(row.model) \(row.norm) \(row.attack) seed \(row.seed) at \(row.epsilon): \(row.ours) stand, "
      + "\(row.other) of \(row.against) (\(decimal(row.seconds)) s for all radii)"
  }

  func table() -> Table {
    var table = Table(
      texts: ["model", "norm", "attack", "against"],
      numbers: [
        "seed", "epsilon", "images", "ours", "theirs", "difference", "interval", "verdict",
      ])
    for row in rows {
      table.add([
        row.model, row.norm, row.attack, row.against, "\(row.seed)", row.epsilon, "\(row.images)",
        (whole ? "" : "≤ ") + "\(row.ours)", "\(row.other)",
        String(format: "%+.2f", row.difference),
        String(format: "[%+.2f, %+.2f]", row.interval[0], row.interval[1]),
        row.passes ? "passes" : "FAILS",
      ])
    }
    return table
  }
}
