import Foundation
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastTestSupport
import Testing

@testable import HoldfastScenes

@Suite("Scenes as files")
struct SceneExportTests {
  let export = SceneExport(
    generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star], count: 2)

  /// The rows of a table below its header, split at commas outside quotation marks.
  private func rows(_ folder: URL, _ name: String) throws -> [[String]] {
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        .flatMap { part, piece in
          part % 2 == 1 ? [String(piece)] : piece.split(separator: ",").map(String.init)
        }
    }
  }

  @Test("Every modality writes its files, and the manifest lists them", arguments: smallRenderings)
  func files(rendering: SceneRendering) throws {
    try withTemporaryFolder { folder in
      var done: [Int] = []
      try export.write(rendering, to: folder.appendingPathComponent("out").path) { done.append($0) }
      #expect(done == [1, 2, 3, 4])
      let manifest = try rows(folder, "out/manifest.csv")
      #expect(manifest.map { $0[1] } == ["ring", "ring", "star", "star"])
      #expect(manifest.allSatisfy { $0[2] == rendering.sense.rawValue })
      #expect(
        manifest.map { $0[4] } == [
          "evaluation/6", "evaluation/26", "evaluation/4", "evaluation/24",
        ]
      )
      for row in manifest {
        let index = try #require(Int(row[4].split(separator: "/")[1]))
        let scene = export.generator.scene(.evaluation, index)
        #expect(row[3] == SceneCaptions.caption(scene, for: rendering.sense))
        #expect(row[0].hasPrefix("\(scene.shape.className)/evaluation-\(index)"))
        let file = folder.appendingPathComponent("out/\(row[0])")
        try check(file, against: rendering.render(scene))
      }
      #expect(try rows(folder, "out/pairs.csv") == manifest.map { [$0[0], $0[3]] })
    }
  }

  /// Checks that a file, or a folder of frames, holds a sample.
  private func check(_ file: URL, against sample: SceneSample) throws {
    func picture(_ file: URL) throws -> [UInt8] {
      try decodeImage([UInt8](Data(contentsOf: file)), name: file.path).pixels
    }
    func lines(_ file: URL) throws -> [Substring] {
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    }
    switch sample {
    case .image(let image): #expect(try picture(file) == image.rgb)
    case .heat(let heat): #expect(try picture(file) == SceneImage(heat).rgb)
    case .film(let frames):
      for (number, frame) in frames.enumerated() {
        #expect(try picture(file.appendingPathComponent("00\(number).png")) == frame.rgb)
      }
    case .sound(let wave):
      let sound = try decodeSound([UInt8](Data(contentsOf: file)), name: file.path)
      #expect(sound.rate == wave.rate && sound.channels.count == 1)
      #expect(zip(sound.channels[0], wave.samples).allSatisfy { abs($0 - $1) < 1e-4 })
    case .points(let cloud):
      let read = try decodePoints([UInt8](Data(contentsOf: file)), name: file.path)
      #expect(try read == .cloud(PointCloud(coordinates: cloud.xyz)))
    case .events(let events):
      let bytes = try [UInt8](Data(contentsOf: file))
      let sensor = ImageSize(width: events.width, height: events.height)
      let read = try decodeEvents(bytes, name: file.path, sensor: sensor)
      #expect(try read == EventStream(events))
    case .words(let caption): #expect(try lines(file) == [Substring(caption)])
    }
  }

  @Test("The folder of a modality opens as a data set of that modality", arguments: smallRenderings)
  func folders(rendering: SceneRendering) throws {
    let modality = Modality(rawValue: rendering.sense.rawValue)
    guard modality != .text else { return }
    try withTemporaryFolder { folder in
      try export.write(rendering, to: folder.appendingPathComponent("out").path)
      let set = try openDataSet(at: folder.appendingPathComponent("out").path, modality: modality)
      #expect(set.classNames == ["ring", "star"] && set.count == 4)
    }
  }

  @Test("Every modality is one that encoders have, by the same name")
  func names() {
    for sense in SceneSense.allCases {
      #expect(Modality.allCases.contains(Modality(rawValue: sense.rawValue)))
    }
  }

  @Test("What was written opens as a data set and as pairs")
  func reading() throws {
    try withTemporaryFolder { folder in
      try export.write(
        SceneRendering(.image, size: 16), to: folder.appendingPathComponent("out").path)
      let set = try openDataSet(at: folder.appendingPathComponent("out").path)
      #expect(set.classNames == ["ring", "star"] && set.count == 4)
      let manifest = try openDataSet(at: folder.appendingPathComponent("out/manifest.csv").path)
      #expect(manifest.count == 4)
      var cursor = try manifest.makeCursor()
      while let item = try cursor.next() {
        #expect(item.label == (item.id.hasPrefix("ring/") ? 0 : 1))
      }
      let pairs = try openPairs(at: folder.appendingPathComponent("out/pairs.csv").path)
      #expect(pairs.inputs.entries.count == 4)
    }
  }
}
