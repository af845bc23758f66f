import Foundation
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastFormats
import HoldfastMedia
import HoldfastRuns

/// What the example gallery of an audit needs to know of its model and data.
struct ExampleGallerySource {
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
  /// Nil for sets that would have to be read from the start.
  private func wav(of id: String) throws -> [UInt8]? {
    guard data.layout != "webdataset" else { return nil }
    var cursor = try data.makeCursor()
    while let item = try cursor.next() {
      guard item.id == id else { continue }
      let sound: Sound
      switch item.content {
      case .file(let path):
        sound = try decodeSound(FileReader.bytes(of: path), name: path)
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
