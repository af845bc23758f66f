import Foundation
import HoldfastAudit
import HoldfastData
import HoldfastFormats
import HoldfastRecords
import HoldfastReport
import HoldfastRuns

/// The manifest of the adversarial inputs that a run has kept.
enum SavedExamples {
  /// The names of the classes or partners of inputs.
  enum Names {
    /// One class each.
    case classes([String])
    /// The other side of pairs, of which several may belong to an input.
    case pairs(PairManifest.Side)

    /// The columns that say it, the input's own path first.
    fileprivate var columns: [String] {
      switch self {
      case .classes: ["path", "label", "target"]
      case .pairs(let side): ["input", side.kind == .captions ? "caption" : "partner"]
      }
    }

    /// The columns after the path: a line for each partner of the input.
    fileprivate func lines(_ sample: SampleRecord) -> [[String]] {
      switch self {
      case .classes(let names):
        [[names[sample.label], sample.target.map { names[$0] } ?? ""]]
      case .pairs:
        sample.retrieval?.partners.map { [self[$0]] } ?? []
      }
    }

    /// The name of a place; none of one beyond them, such as a distractor's.
    fileprivate subscript(place: Int) -> String {
      switch self {
      case .classes(let names): return names.indices.contains(place) ? names[place] : ""
      case .pairs(let side):
        guard side.entries.indices.contains(place) else { return "" }
        let entry = side.entries[place]
        return side.kind == .captions ? entry.name : entry.file
      }
    }
  }

  /// Writes `manifest.csv` beside the inputs, which `--data` reads, or of pairs `--pairs`: a line
  /// per example, or several for an input with several partners.
  ///
  /// The first column is the picture, or the tensor if inputs are not pictures; both files stand
  /// side by side.
  static func writeManifest(in run: String, of names: Names, pictures: Bool) throws {
    var table = Table(
      texts: names.columns + ["sample", "protocol", "epsilon", "attack", "predicted", "sha256"],
      numbers: ["margin", "distance"])
    let folder = "\(run)/\(AdversarialArchive.place)"
    try StoredRun(at: run).visit { sample in
      for entry in sample.protocols {
        for radius in entry.radii {
          guard let example = radius.example else { continue }
          let name = AdversarialArchive.name(of: sample.id, as: entry.name, at: radius.radius)
          let path = "\(name).\(pictures ? "png" : "safetensors")"
          guard FileManager.default.fileExists(atPath: "\(folder)/\(path)") else { continue }
          for line in names.lines(sample) {
            table.add(
              [path] + line + [
                sample.id, entry.name, radius.radius, example.attack, names[example.predicted],
                example.sha256, "\(example.margin)", "\(example.distance)",
              ])
          }
        }
      }
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try AtomicFile.write(table.csv() + "\n", to: "\(folder)/manifest.csv")
  }
}
