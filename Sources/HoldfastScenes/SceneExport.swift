import Foundation
import HoldfastFormats
import HoldfastMedia

/// Scenes to be written as files, modality by modality.
///
/// Each modality has a folder of its own with one folder per concept, so that a folder of pictures
/// is a data set as it is. A scene has the same name in every modality, `<split>-<index>`; what has
/// the same name belongs together.
///
/// | modality | files |
/// |---|---|
/// | image, thermal | `.png` |
/// | video | a folder of frames, `000.png` onwards |
/// | audio | `.wav`, 16 bits |
/// | points | `.xyz`, a line of three numbers per point |
/// | event | `.npz` with the arrays x_pos, y_pos, timestamp (microseconds) and polarity |
/// | text | `.txt` |
///
/// Beside the concepts' folders stand two tables: `manifest.csv` with the columns path, label,
/// modality, caption and scene, and `pairs.csv` with input and caption, as retrieval takes it. They
/// are written last: if they are there, everything is.
public struct SceneExport: Sendable {
  /// The source of the scenes.
  public let generator: SceneGenerator
  /// What the scenes may be used for.
  public let split: SceneSplit
  /// The concepts to show.
  public let concepts: [SceneShape]
  /// How many scenes show each concept.
  public let count: Int

  /// The first `count` scenes of each concept in a split.
  public init(
    generator: SceneGenerator, split: SceneSplit, concepts: [SceneShape], count: Int
  ) {
    self.generator = generator
    self.split = split
    self.concepts = concepts
    self.count = count
  }

  /// Writes the scenes for one modality into a folder, which is created if missing.
  ///
  /// - Parameter progress: called after each scene with the number that are done.
  /// - Throws: ``SceneError`` when a setting cannot be met, and the system's errors.
  public func write(
    _ rendering: SceneRendering, to folder: String, progress: (Int) -> Void = { _ in }
  ) throws {
    var manifest = "path,label,modality,caption,scene\n"
    var pairs = "input,caption\n"
    var done = 0
    for concept in concepts {
      try makeFolder("\(folder)/\(concept.className)")
      for round in 0..<count {
        let index = round * SceneShape.allCases.count + concept.label
        let scene = generator.scene(split, index)
        let path = try rendering.render(scene).write(
          to: folder, as: "\(concept.className)/\(split.rawValue)-\(index)")
        // No word of a caption holds a quotation mark.
        let caption = "\"\(SceneCaptions.caption(scene, for: rendering.sense))\""
        manifest +=
          "\(path),\(concept.className),\(rendering.sense.rawValue),\(caption),"
          + "\(split.rawValue)/\(index)\n"
        pairs += "\(path),\(caption)\n"
        done += 1
        progress(done)
      }
    }
    try AtomicFile.write(pairs, to: "\(folder)/pairs.csv")
    try AtomicFile.write(manifest, to: "\(folder)/manifest.csv")
  }
}

extension SceneSample {
  /// Writes the sample as `name` in a folder, with the ending that it needs, and says what is to be
  /// read: the name with its ending, or of a film the folder.
  fileprivate func write(to folder: String, as name: String) throws -> String {
    func file(_ bytes: [UInt8], _ ending: String) throws -> String {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)\(ending)"))
      return name + ending
    }
    switch self {
    case .image(let picture):
      return try file(encodePNG(Image(picture)), ".png")
    case .film(let frames):
      try makeFolder("\(folder)/\(name)")
      for (number, frame) in frames.enumerated() {
        _ = try file(encodePNG(Image(frame)), String(format: "/%03d.png", number))
      }
      return name
    case .sound(let wave):
      return try file(encodeWAV(Sound(wave)), ".wav")
    case .heat(let heat):
      return try file(encodePNG(grey: heat.gray, width: heat.width, height: heat.height), ".png")
    case .points(let cloud):
      return try file(Array(cloud.text.utf8), ".xyz")
    case .events(let events):
      try writeNPZ(events.arrays, to: "\(folder)/\(name).npz")
      return name + ".npz"
    case .words(let caption):
      return try file(Array("\(caption)\n".utf8), ".txt")
    }
  }
}

extension ScenePointCloud {
  /// A line per point: x, y and z, each as short as reads back to the same number.
  fileprivate var text: String {
    var text = ""
    for start in stride(from: 0, to: xyz.count, by: 3) {
      text += "\(xyz[start]) \(xyz[start + 1]) \(xyz[start + 2])\n"
    }
    return text
  }
}

extension SceneEventStream {
  /// The columns, by the names that N-ImageNet has for them.
  fileprivate var arrays: [String: NPYArray] {
    [
      "x_pos": NPYArray(x, shape: [count]), "y_pos": NPYArray(y, shape: [count]),
      "timestamp": NPYArray(time, shape: [count]),
      "polarity": NPYArray(polarity.map { $0 ? 1 as UInt8 : 0 }, shape: [count]),
    ]
  }
}

private func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}
