import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastScenes
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Paintings of inputs")
struct GalleryPainterTests {
  /// A scene as a model of a modality takes it, with its space.
  static func input(_ name: String) throws -> (painter: GalleryPainter, values: [Float]) {
    let sound = SoundPreprocessor.clip(seconds: 1, mels: 64)
    func sample(_ sense: SceneSense, _ preparation: some Preparation) throws -> PreparedInput {
      let scene = SceneGenerator(seed: 0).scene(.train, 0)
      return try preparation.prepare(
        .medium(SceneRendering(sense, points: 512).render(scene).medium()))
    }
    func result(
      _ modality: Modality, _ made: PreparedInput, _ range: ClosedRange<Float>?, rate: Int? = nil
    ) -> (GalleryPainter, [Float]) {
      let spec = InputSpec(shape: made.shape, range: range, unit: "a unit")
      return (GalleryPainter(modality, spec, rate: rate), made.values)
    }
    switch name {
    case "image": return result(.image, try sample(.image, ImagePreprocessor.clip(size: 48)), 0...1)
    case "image of 336":
      return result(.image, try sample(.image, ImagePreprocessor.clip(size: 336)), 0...1)
    case "event":
      return result(
        .event, try sample(.event, EventPreprocessor(image: .clip(size: 64))), 0...1)
    case "thermal":
      return result(.thermal, try sample(.thermal, ThermalPreprocessor.general(side: 48)), 0...1)
    case "depth in three channels":
      return result(.depth, try sample(.image, ImagePreprocessor.clip(size: 32)), 0...1)
    case "video":
      return result(
        .video, try sample(.video, ClipPreprocessor.general(frames: 8, side: 48)), 0...1)
    case "video in views":
      let clip = try sample(.video, ClipPreprocessor.general(frames: 2, side: 32))
      let views = try PreparedInput(
        values: clip.values + clip.values, shape: [2] + clip.shape)
      return result(.video, views, 0...1)
    case "spectrogram": return result(.audio, try sample(.audio, sound), nil)
    case "spectrogram of three clips":
      let clips = SoundPreprocessor(
        mels: 64, frames: 204, clips: .spread(count: 3, seconds: 2), mean: -4.268, std: 9.138)
      return result(.audio, try sample(.audio, clips), -1.3...1.5)
    case "waveform":
      return result(.audio, try sample(.audio, sound.onWaveform()), -1...1, rate: 16000)
    case "points":
      return result(.points, try sample(.points, PointPreprocessor(count: 512)), nil)
    case "inertial":
      let values = (0..<1200).map { Float(sin(Double($0) / 20) + Double($0 / 200)) }
      return result(.inertial, try PreparedInput(values: values, shape: [6, 200]), nil)
    default:
      let values = (0..<60).map { Float($0) }
      return result(
        Modality(rawValue: "touch"), try PreparedInput(values: values, shape: [5, 12]), nil)
    }
  }

  static let names = [
    "image", "image of 336", "event", "thermal", "depth in three channels", "video",
    "video in views", "spectrogram", "spectrogram of three clips", "waveform", "points",
    "inertial", "touch",
  ]

  /// Changes of plus and minus `size`, in a pattern.
  private func changed(_ values: [Float], by size: Float) -> [Float] {
    values.enumerated().map { index, value in
      let sign: Float = (index * 7919) % 13 < 6 ? 1 : -1
      return value + sign * size * Float(index % 5) / 4
    }
  }

  @Test("show every modality in files that can be read", arguments: names)
  func everySense(name: String) throws {
    let (painter, clean) = try Self.input(name)
    let painting = try painter.paint(clean, changed(clean, by: 0.004))
    let panels = [painting.clean, painting.perturbation, painting.adversarial].compactMap { $0 }
    #expect(panels.count == 3)
    var bytes = 0
    for panel in panels {
      #expect(!panel.pictures.isEmpty)
      for file in panel.pictures + [panel.sound].compactMap({ $0 }) {
        bytes += file.bytes.count
        try keep(file, of: name)
        switch file.name.split(separator: ".").last {
        case "png":
          let image = try decodeImage(file.bytes, name: file.name)
          #expect(image.width <= 720 && image.height <= 256)
          #expect(Set(image.pixels).count > 1, "\(file.name) is flat")
        case "wav":
          let sound = try decodeSound(file.bytes, name: file.name)
          #expect(sound.rate == 16000 && sound.frames > 1000)
        default:
          let text = String(decoding: file.bytes, as: UTF8.self)
          #expect(text.hasPrefix("<svg ") && text.contains("<path"))
          #expect(!text.contains("nan") && !text.contains("inf"))
        }
      }
    }
    #expect(Set(panels.flatMap(\.pictures).map(\.name)).count == panels.flatMap(\.pictures).count)
    #expect(bytes < 1 << 20)
    #expect(painting.factor > 1)
    let alone = try painter.paint(clean, nil)
    #expect(alone.perturbation == nil && alone.adversarial == nil)
  }

  /// Keeps a file where `HOLDFAST_SCREENSHOTS` names a folder, to be looked at.
  private func keep(_ file: GalleryPainter.File, of name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["HOLDFAST_SCREENSHOTS"] else { return }
    let place = "\(folder)/paintings/\(name.replacing(" ", with: "-"))"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try Data(file.bytes).write(to: URL(fileURLWithPath: "\(place)/\(file.name)"))
  }

  @Test("show pictures pixel by pixel, and a change around grey by the factor that is stated")
  func pixels() throws {
    let spec = InputSpec.pixels(height: 4, width: 5)
    let painter = GalleryPainter(.image, spec)
    let clean = (0..<60).map { Float($0 * 4) / 255 }
    var after = clean
    for (place, step) in [(0, 3), (21, -4), (59, 1)] { after[place] += Float(step) / 255 }
    let painting = try painter.paint(clean, after)
    func planes(_ panel: GalleryPainter.Panel?) throws -> [Float] {
      try decodeImage(panel?.pictures[0].bytes ?? [], name: "").planarFloats()
    }
    #expect(try planes(painting.clean) == clean)
    for (seen, value) in zip(try planes(painting.adversarial), after) {
      #expect(abs(seen - value) < 1e-6)
    }
    // 4/255 is the largest change: half of the range is 31.9 times as much.
    #expect(painting.factor == 20)
    for (seen, change) in zip(try planes(painting.perturbation), zip(after, clean).map(-)) {
      #expect(abs(seen - (0.5 + 20 * change)) <= 0.5 / 255 + 1e-5)
    }
  }

  @Test("state factors of one digit that never make a change smaller")
  func factors() {
    let cases: [(Double, Double)] = [
      (0.3, 1), (1, 1), (1.99, 1), (2, 2), (4.9, 2), (5, 5), (9.9, 5), (10, 10), (127.5, 100),
      (499, 200), (1000, 1000), (.infinity, 1), (.nan, 1), (1e12, 1e6),
    ]
    for (wish, factor) in cases { #expect(GalleryPainter.round(wish) == factor, "\(wish)") }
  }

  @Test("play a waveform as it is, and a change as many times as loud as is stated")
  func waveform() throws {
    let (painter, clean) = try Self.input("waveform")
    let painting = try painter.paint(clean, changed(clean, by: 0.002))
    let heard = try decodeSound(try #require(painting.clean.sound).bytes, name: "").channels[0]
    #expect(zip(heard, clean).allSatisfy { abs($0 - $1) <= 1 / 65536 + 1e-6 })
    let change = try decodeSound(
      try #require(painting.perturbation?.sound).bytes, name: ""
    ).channels[0]
    let loudest = Double(change.map(abs).max() ?? 0)
    #expect(painting.factor == 200 && abs(loudest - 0.4) < 0.01)
  }

  @Test("put the lowest tone at the bottom of a spectrogram")
  func spectrogram() throws {
    let painter = GalleryPainter(.audio, .mel(shape: [1, 8, 10], range: nil))
    let values = (0..<80).map { Float($0 / 10 == 0 ? 1 : 0) }  // the first bin is loud
    let image = try decodeImage(try painter.paint(values, nil).clean.pictures[0].bytes, name: "")
    #expect((image.width, image.height) == (10, 8))
    let brightness = (0..<8).map { row in Int(image.pixels[3 * 10 * row]) }
    #expect(brightness[7] > 200 && brightness[..<7].allSatisfy { $0 < 100 })
  }
}
