import ArgumentParser
import Foundation
import Holdfast

/// The page that an audit leaves in its run folder.
enum RunReport {
  /// Its place.
  static func file(of run: String) -> String { "\(run)/report.html" }

  /// Writes the page about a run into its folder, and says where it is.
  static func write(for run: String, _ console: Console) throws {
    let file = file(of: run)
    try write([RecordedRun(at: run)], to: file)
    console.say("The report is in \(file)")
  }

  /// Writes a page about the runs of one audit into the folder that holds theirs; nothing where they
  /// share none.
  static func write(_ runs: [String], of folder: String?, _ console: Console) throws {
    guard let folder else { return }
    let file = file(of: folder)
    try write(runs.map { try RecordedRun(at: $0) }, to: file)
    console.say("The report on all of them is in \(file)")
  }

  /// Writes a page about runs.
  static func write(_ runs: [RecordedRun], to file: String) throws {
    try AtomicFile.write(HTMLReport(runs).html(), to: file)
  }
}

/// How many samples of an audit are kept to be looked at.
struct GalleryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples that the report shows: before, the perturbation, after; 0 for none.",
      valueName: "n"))
  var gallerySamples = 8

  func validate() throws {
    guard (0...100).contains(gallerySamples) else {
      throw ValidationError("--gallery-samples takes a number from 0 to 100")
    }
  }
}

/// What the example gallery of an audit needs to know of the command's model and data.
struct GallerySource {
  /// The most samples that are kept.
  let size: Int
  let model: ModelSource
  let data: any DataSet

  /// The example gallery in a run folder; nil when none is wanted.
  func gallery(
    in run: String, shard: Shard?, task: any AuditTask
  ) throws -> ExampleGallery? {
    guard size > 0 else { return nil }
    let rank = shard.flatMap { $0.isWhole ? nil : $0.rank }
    let sound = model.preparation as? SoundPreprocessor
    let isHeard = model.place == .waveform
    let painter = GalleryPainter(
      model.modality, model.encoder.input, rate: isHeard ? sound?.rate : nil)
    return try ExampleGallery(
      in: run, size: size, rank: rank, task: task, painter: painter,
      source: model.modality == .audio && !isHeard ? wav : nil)
  }

  /// The longest part of a file that is kept, in seconds.
  private static let longest = 10

  /// The sound of a sample's file, for inputs that are spectrograms.
  ///
  /// None for sets that would have to be read from the start.
  private func wav(of id: String) throws -> [UInt8]? {
    guard data.layout != "webdataset" else { return nil }
    var cursor = try data.makeCursor()
    while let item = try cursor.next() {
      guard item.id == id else { continue }
      let sound: Sound
      switch item.content {
      case .file(let path):
        sound = try decodeSound(MappedFile(path).withBytes { Array($0) }, name: path)
      case .bytes(let bytes, let name): sound = try decodeSound(bytes, name: name)
      case .medium(.sound(let made)): sound = made
      case .medium: return nil
      }
      let frames = min(sound.frames, Self.longest * sound.rate)
      return try encodeWAV(
        Sound(rate: sound.rate, channels: sound.channels.prefix(1).map { Array($0.prefix(frames)) })
      )
    }
    return nil
  }
}
