import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import HoldfastText
import Testing

/// The two small checkpoints outside the project, against transformers.
@Suite("Real checkpoints", .enabled(if: Fixtures.isPresent, "needs the models in shared/"))
struct RealCheckpointTests {
  static let names = ["clip-tiny-cifar10", "clip-tiny-cifar10-robust"]

  private func load(_ name: String) throws -> (LoadedCLIP, ZeroShotClassifier, Golden) {
    let golden = try Golden("clip-tiny/\(name).safetensors")
    let loaded = try loadCLIP(at: Fixtures.path("models/\(name)"))
    let json = Data(try #require(golden.metadata["classes"]).utf8)
    let classes = try JSONDecoder().decode([String].self, from: json)
    let classifier = try loaded.model.zeroShotClassifier(
      for: classes, templates: PromptTemplates([try #require(golden.metadata["template"])]),
      tokenizer: #require(loaded.tokenizer))
    return (loaded, classifier, golden)
  }

  @Test("embeddings, logits and gradients", arguments: names)
  func parity(name: String) throws {
    let (loaded, classifier, golden) = try load(name)
    try expectClose(
      #require(classifier.head.anchors).transposed(0, 1), golden["text_embeddings"], atol: 1e-5,
      "anchors")
    let pixels = try golden["bytes"].to(.float32) / 255
    try expectClose(
      loaded.model.vision.embed(pixels).normalized(), golden["image_embeddings"], atol: 1e-5)
    try expectClose(
      classifier.logits(pixels), golden["logits_per_image"], atol: 1e-4, rtol: 1e-4)
    let slope = try golden["pixel_gradient"]
    let count = slope.shape[0]
    let leaf = try pixels.slice(0, 0..<count).leaf()
    let labels = try golden["labels"].slice(0, 0..<count).reshaped([-1, 1])
    let loss = try -classifier.logits(leaf).logSoftmax().gathering(1, labels).sum()
    try expectCloseToScale(gradient(of: loss, withRespectTo: leaf), slope, ratio: 1e-4)
  }

  @Test("zero-shot accuracy on the test images", arguments: names)
  func accuracy(name: String) throws {
    let (loaded, classifier, golden) = try load(name)
    let folder = URL(fileURLWithPath: Fixtures.path("data/cifar10/test"))
    let classes = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasPrefix(".") }.sorted()
    var predictions: [Int] = []
    var correct = 0
    for (label, name) in classes.enumerated() {
      let images = folder.appendingPathComponent(name)
      let files = try FileManager.default.contentsOfDirectory(atPath: images.path)
        .filter { $0.hasSuffix(".jpg") }.sorted()
      var values: [Float] = []
      for file in files {
        let data = try Data(contentsOf: images.appendingPathComponent(file))
        let image = try decodeImage(Array(data), name: file)
        values += try loaded.preprocessor.prepare(image).planarFloats()
      }
      let pixels = try Tensor(values, [files.count, 3, 32, 32])
      let found = try classifier.logits(pixels).argmax().array(of: Int64.self).map(Int.init)
      correct += found.count { $0 == label }
      predictions += found
    }
    let expected = try golden["all_predictions"].array(of: Int64.self).map(Int.init)
    let margins = try golden["all_margins"].array(of: Float.self)
    #expect(predictions.count == expected.count)
    for (i, pair) in zip(predictions, expected).enumerated() where pair.0 != pair.1 {
      #expect(margins[i] < 1e-3, "image \(i) is \(pair.0) here and \(pair.1) there")
    }
    let reference = try #require(golden.metadata["clean_correct"].flatMap(Int.init))
    #expect(abs(correct - reference) <= 2)
  }

  @Test("an ensemble of templates is the mean of unit embeddings")
  func ensemble() throws {
    let loaded = try loadCLIP(at: Fixtures.path("models/\(Self.names[0])"))
    let tokenizer = try #require(loaded.tokenizer)
    let templates = try PromptTemplates(["a photo of a {}.", "{}", "a bad photo of the {}."])
    let names = ["airplane", "cat", "ship"]
    let anchors = try loaded.model.anchors(
      for: names, templates: templates, tokenizer: tokenizer, chunk: 2)
    #expect(anchors.shape == [128, 3])
    for (k, name) in names.enumerated() {
      var sum = try Tensor.zeros([128])
      for text in templates.apply(name) {
        sum = try sum + loaded.model.embed([text], tokenizer: tokenizer).normalized().select(0, 0)
      }
      try expectClose(anchors.select(1, k), sum.normalized(), atol: 1e-5, name)
    }
    #expect(throws: EncoderError.self) {
      try loaded.model.anchors(for: [], tokenizer: tokenizer)
    }
  }
}
