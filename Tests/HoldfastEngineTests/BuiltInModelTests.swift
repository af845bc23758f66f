import Foundation
import Holdfast
import Testing

@testable import HoldfastEngine

@Suite("The built-in model")
struct BuiltInModelTests {
  private static let senses: [Modality] = [.image, .video, .audio, .thermal, .points, .event]

  @Test(
    "At least 85 % of 200 held-out scenes are named rightly in every modality", arguments: senses)
  func accuracyOnHeldOutScenes(modality: Modality) throws {
    let model = try ModelSource(ModelSource.builtIn, modality: modality, device: .cpu)
    let scenes = BuiltInModel.scenes(200, try #require(SceneSense(rawValue: modality.rawValue)))
    #expect(scenes.split == .evaluation)
    let subject = try model.subject(
      classes: SceneGenerator.classNames, templates: .standard(for: modality))
    let share = try accuracy(of: subject, on: scenes, model.preparation)
    #expect(share.total == 200)
    #expect(share.value >= 0.85)
  }

  @Test("Pictures are named far better than the nearest training picture does")
  func baseline() throws {
    let share = try pixelBaseline(train: 400, test: 100, size: 48)
    #expect(share.high < 0.5)
    #expect(share.total == 100)
  }

  @Test("A scene's sound and points lie near its picture, far more often than by chance")
  func binding() throws {
    let model = try ModelSource(ModelSource.builtIn, device: .cpu)
    func embeddings(_ modality: Modality) throws -> Tensor {
      let sense = try model.sense(modality)
      let scenes = BuiltInModel.scenes(
        100, try #require(SceneSense(rawValue: modality.rawValue)))
      return try unitEmbeddings(of: prepared(scenes, sense.preparation), by: sense.encoder)
    }
    let pictures = try embeddings(.image)
    for modality in [Modality.audio, .points] {
      let found = try SceneRetrieval(rows: embeddings(modality), columns: pictures)
      // Chance gives 10 of 100.
      #expect(found.there.firstTen.low > 0.3 && found.back.firstTen.low > 0.3)
    }
  }

  @Test("The folder is small, complete, and says what it is")
  func folder() throws {
    let path = try BuiltInModel.path
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    let towers = Self.senses.dropFirst().flatMap {
      ["towers/\($0.rawValue)/config.json", "towers/\($0.rawValue)/model.safetensors"]
    }
    for name in [
      "README.md", "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json",
      "tokenizer_config.json", "vocab.json",
    ] + towers {
      #expect(names.contains(name))
    }
    let bytes = try names.reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return sum + ((attributes[.size] as? Int) ?? 0)
    }
    #expect(bytes <= 12_000_000)
    let card = try String(contentsOfFile: "\(path)/README.md", encoding: .utf8)
    #expect(card.contains("holdfast make-demo-model"))
    for sense in Self.senses.dropFirst() {
      #expect(card.contains("holdfast train-tower --base tiny-bind --modality \(sense.rawValue)"))
    }
    #expect(card.contains("Apache-2.0"))
  }
}
