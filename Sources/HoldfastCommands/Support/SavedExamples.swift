import Foundation
import Holdfast

/// The manifest of the adversarial inputs that a run has kept.
enum SavedExamples {
  /// Writes `manifest.csv` beside the inputs: a line per example, which `--data` reads.
  ///
  /// `path` is the picture, or the tensor where inputs are no pictures; both lie beside each other.
  static func writeManifest(in run: String, classes: [String], pictures: Bool) throws {
    var table = Table(
      texts: [
        "path", "label", "target", "sample", "protocol", "epsilon", "attack", "predicted", "sha256",
      ],
      numbers: ["margin", "distance"])
    let folder = "\(run)/\(AdversarialArchive.place)"
    try StoredRun(at: run).visit { sample in
      for entry in sample.protocols {
        for radius in entry.radii {
          guard let example = radius.example else { continue }
          let name = AdversarialArchive.name(of: sample.id, as: entry.name, at: radius.radius)
          let path = "\(name).\(pictures ? "png" : "safetensors")"
          guard FileManager.default.fileExists(atPath: "\(folder)/\(path)") else { continue }
          table.add([
            path, classes[sample.label], sample.target.map { classes[$0] } ?? "", sample.id,
            entry.name, radius.radius, example.attack,
            classes.indices.contains(example.predicted) ? classes[example.predicted] : "",
            example.sha256, "\(example.margin)", "\(example.distance)",
          ])
        }
      }
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try AtomicFile.write(table.csv() + "\n", to: "\(folder)/manifest.csv")
  }
}
