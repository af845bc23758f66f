import Foundation
import Holdfast
import Testing

@testable import HoldfastCommands

@Suite("The built-in model")
struct BuiltInModelTests {
  @Test("At least 90 % of 200 held-out scenes are named rightly, far above pixels")
  func accuracyOnHeldOutScenes() throws {
    let loaded = try loadCLIP(at: try BuiltInModel.path)
    let tokenizer = try #require(loaded.tokenizer)
    let size = loaded.model.configuration.vision.image
    let classifier = try loaded.model.zeroShotClassifier(
      for: SceneGenerator.classNames, tokenizer: tokenizer)
    let scenes = BuiltInModel.scenes(200, size: size)
    #expect(scenes.split == .evaluation)
    let share = try accuracy(of: classifier.subject, on: scenes, loaded.preprocessor)
    #expect(share.total == 200)
    #expect(share.value >= 0.9)
    let baseline = try pixelBaseline(train: 400, test: 100, size: size)
    #expect(share.isAbove(baseline))
  }

  @Test("The folder is small, complete, and says what it is")
  func folder() throws {
    let path = try BuiltInModel.path
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    for name in [
      "README.md", "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json",
      "tokenizer_config.json", "vocab.json",
    ] {
      #expect(names.contains(name))
    }
    let bytes = try names.reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return sum + ((attributes[.size] as? Int) ?? 0)
    }
    #expect(bytes <= 12 << 20)
    let card = try String(contentsOfFile: "\(path)/README.md", encoding: .utf8)
    #expect(card.contains("holdfast make-demo-model"))
    #expect(card.contains("Apache-2.0"))
  }
}
