import ArgumentParser
import Foundation
import Holdfast

struct ScenesCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenes",
    abstract:
      "Write built-in scenes as files: pictures, films, sounds, heat, points, events, texts.",
    discussion: """
      Writes one folder per modality with one folder per concept, a manifest.csv (path, label, \
      modality, caption, scene) and a pairs.csv for retrieval. A scene has the same name in every \
      modality.
      """)

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"), completion: .directory)
  var output: String

  @Option(
    help: ArgumentHelp(
      "Modalities, separated by commas: image, video, audio, thermal, points, event, text.",
      valueName: "names"), completion: .list(SceneSense.allCases.map(\.rawValue)))
  var modality = SceneSense.image.rawValue

  @Option(
    help: ArgumentHelp(
      "The concepts, separated by commas: all of circle, square, triangle, ... by default.",
      valueName: "names"), completion: .list(SceneShape.allCases.map(\.rawValue)))
  var concepts: String?

  @Option(help: ArgumentHelp("Scenes per concept.", valueName: "n"))
  var count = 10

  @Option(
    help: ArgumentHelp("train, validation or evaluation.", valueName: "split"),
    completion: .list(SceneSplit.allCases.map(\.rawValue)))
  var split = SceneSplit.evaluation.rawValue

  @Option(help: ArgumentHelp("The seed of the supply."))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "The side of pictures, frames and sensors; 48 by default, 64 for events.",
      valueName: "pixels"))
  var size: Int?

  @Option(help: ArgumentHelp("Frames of a film.", valueName: "n"))
  var frames = 8

  @Option(help: ArgumentHelp("The length of a sound.", valueName: "seconds"))
  var seconds = 1.0

  @Option(help: ArgumentHelp("Samples in a second of sound.", valueName: "hertz"))
  var rate = 16_000

  @Option(help: ArgumentHelp("Points of a cloud.", valueName: "n"))
  var points = 1024

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    guard count > 0 else { throw UsageError("--count takes a number above 0") }
    guard let split = SceneSplit(rawValue: split) else {
      throw unknown(split, "split", among: SceneSplit.allCases.map(\.rawValue))
    }
    let senses = try names(modality, "modality", SceneSense.init(rawValue:))
    let shapes =
      try concepts.map { try names($0, "concept", SceneShape.init(rawValue:)) }
      ?? SceneShape.allCases
    for sense in senses
    where FileManager.default.fileExists(atPath: "\(output)/\(sense.rawValue)/manifest.csv") {
      throw UsageError(
        "`\(output)/\(sense.rawValue)` holds scenes already", hint: "give another --output")
    }
    let export = SceneExport(
      generator: SceneGenerator(seed: seed), split: split, concepts: shapes, count: count)
    let console = context.console
    for sense in senses {
      let folder = "\(output)/\(sense.rawValue)"
      let rendering = SceneRendering(
        sense, size: size, frames: frames, rate: rate, seconds: seconds, points: points)
      let total = shapes.count * count
      try export.write(rendering, to: folder) { done in
        console.progress("\(sense.rawValue): \(done) of \(total) scenes")
      }
      console.progress(nil)
      console.result(folder)
    }
  }

  /// The values that a list names, each once, in the order of the list.
  private func names<Value: RawRepresentable & CaseIterable & Hashable>(
    _ list: String, _ kind: String, _ value: (String) -> Value?
  ) throws -> [Value] where Value.RawValue == String {
    var values: [Value] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let value = value(name) else {
        throw unknown(name, kind, among: Value.allCases.map(\.rawValue))
      }
      if !values.contains(value) { values.append(value) }
    }
    return values
  }

  private func unknown(_ name: String, _ kind: String, among names: [String]) -> UsageError {
    UsageError(
      "unknown \(kind) `\(name)`",
      hint: nearest(name, among: names).first.map { "did you mean `\($0)`?" }
        ?? "choose from \(names.joined(separator: ", "))")
  }
}
