import Foundation
import Holdfast
import Testing

@testable import HoldfastDemo

@Suite("Training on scenes")
struct SceneTrainingTests {
  /// A model that learns something in seconds, even without optimisation of the program.
  static var small: SceneRecipe {
    var recipe = SceneRecipe()
    recipe.configuration.vision = .init(width: 32, layers: 1, heads: 2, patch: 8, image: 48)
    recipe.configuration.text.width = 32
    recipe.configuration.text.layers = 1
    recipe.configuration.projection = 32
    recipe.plan.steps = 20
    recipe.plan.batchSize = 16
    recipe.plan.warmup = 2
    recipe.plan.learningRate = 3e-3
    recipe.plan.validationSamples = 16
    return recipe
  }

  @Test("Twenty steps lower the loss, and the folder that is written loads as any CLIP")
  func learns() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-scenes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SceneRecipe.vocabulary.write(to: folder.path, contextLength: 32)
    let tokenizer = try CLIPTokenizer(folder: folder)

    var losses: [Double] = []
    let result = try SceneTraining(
      recipe: Self.small, tokenizer: tokenizer, observer: SilentObserver()
    ).run { _, loss in losses.append(loss) }
    #expect(losses.count == 20)
    let (before, after) = (losses.prefix(5), losses.suffix(5))
    #expect(after.reduce(0, +) < before.reduce(0, +))
    #expect(result.step == 20)
    #expect(result.validation.total == 16)
    #expect(try result.model.scale() <= 100)

    try result.model.write(to: folder.path)
    let loaded = try loadCLIP(at: folder.path)
    #expect(loaded.model.configuration == Self.small.configuration)
    #expect(loaded.tokenizer != nil)
  }

  @Test("Scenes with the same caption are right answers for each other")
  func contrast() throws {
    // Logits that favour every pair of equal captions alike are as good as can be.
    let captions = ["a", "b", "a"]
    let logits = try Tensor([9, -9, 9, -9, 9, -9, 9, -9, 9].map(Float.init), [3, 3])
    let shared = try ClassAndPairLoss.contrast(logits, captions).item()
    // Rows 0 and 2 split their belief evenly: -log ½ each; row 1 is certain.
    #expect(abs(shared - 2 * log(2) / 3) < 1e-4)
    #expect(try ClassAndPairLoss.contrast(logits, ["a", "b", "c"]).item() > shared - 1e-6)
  }

  @Test("Cross-entropy is that of the spec's definition")
  func crossEntropy() throws {
    let logits = try Tensor([1 as Float, 2, 3, 0, 0, 0], [2, 3])
    let loss = try ClassAndPairLoss.crossEntropy(logits, Tensor([2 as Int64, 1])).item()
    let first = log(exp(1.0) + exp(2) + exp(3)) - 3
    #expect(abs(loss - (first + log(3)) / 2) < 1e-5)
  }

  @Test("Every caption and prompt fits the text tower, a token a word")
  func captionsFit() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-words-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SceneRecipe.vocabulary.write(to: folder.path, contextLength: 32)
    let tokenizer = try CLIPTokenizer(folder: folder)
    for index in 0..<500 {
      let caption = SceneCaptions.caption(SceneGenerator().scene(.train, index))
      let ids = tokenizer.encode(caption)
      #expect(ids.count == SceneCaptions.words(of: caption).count + 2)
      #expect(ids.count <= SceneRecipe.tiny.text.context)
    }
  }
}
