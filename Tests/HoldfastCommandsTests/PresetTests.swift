import Foundation
import HoldfastTestSupport
import Testing

@testable import Holdfast
@testable import HoldfastEngine

@Suite("Evaluation presets")
struct PresetTests {
  private let model = ImagePreprocessor.clip(size: 224)

  @Test("resize, crop, prompt and sample as their authors do")
  func definitions() throws {
    let size = ImageSize(width: 224, height: 224)
    let ttc = try #require(
      EvaluationPreset("ttc").preparation(of: model) as? ImagePreprocessor)
    #expect(ttc.resize == .shortSide(256) && ttc.filter == .bilinear && ttc.crop?.size == size)
    let csr = try #require(
      EvaluationPreset("csr").preparation(of: model) as? ImagePreprocessor)
    #expect(csr.resize == .squash(size) && csr.filter == .bicubic && csr.crop == nil)
    #expect(try EvaluationPreset("csr").subsample == Subsample(count: 1000, seed: 42, rule: .csr))
    #expect(try EvaluationPreset("csr").seed == 42)
    let own = try EvaluationPreset("clip-benchmark")
    #expect(try own.preparation(of: model) as? ImagePreprocessor == model)
    #expect(own.subsample == nil && own.seed == 0)
    // A model of another size sees the same share of the picture.
    let small = try #require(
      EvaluationPreset("ttc").preparation(of: ImagePreprocessor.clip(size: 336))
        as? ImagePreprocessor)
    #expect(small.resize == .shortSide(384) && small.crop?.size.width == 336)
  }

  @Test("take their own prompt, or the set's")
  func prompts() throws {
    let set = BuiltInModel.scenes(3, .image)
    #expect(
      try EvaluationPreset("ttc").templates(of: set).texts == ["This is a photo of a {}."])
    #expect(
      try EvaluationPreset("ttc:dtd").templates(of: set).texts
        == ["A surface with a {} texture."])
    #expect(try EvaluationPreset("csr").templates(of: set).texts == ["a photo of a {}"])
    #expect(throws: UsageError.self) { try EvaluationPreset("clip-benchmark").templates(of: set) }
  }

  @Test("refuse what they do not know, and what is no picture")
  func unknown() throws {
    for text in ["tcc", "ttc:frogs", "csr:dtd", "clip-benchmark:dtd"] {
      #expect(throws: UsageError.self, "\(text)") { try EvaluationPreset(text) }
    }
    #expect(throws: UsageError.self) {
      try EvaluationPreset("csr").preparation(of: ImagePreprocessor(resize: .none))
    }
  }

  @Test(
    "refuse an option that they fix",
    arguments: [
      "--templates t.txt", "--limit 3", "--subsample 10", "--attack-at native", "--seed 7",
    ])
  func fixed(option: String) throws {
    try withTemporaryFolder { folder in
      let line = "audit --model m --data d --preset ttc \(option)"
      let outcome = try Program.run(line.split(separator: " ").map(String.init), in: folder)
      expectFailure(outcome, code: 64, "cannot be combined with --preset ttc, which fixes it")
    }
  }

  @Test(
    "are printed in every table, and part of the plan",
    .enabled(if: Fixtures.has("models/clip-tiny-cifar10")))
  func printed() throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      for name in ["airplane", "ship"] {
        try files.createDirectory(
          at: folder.appendingPathComponent("data/\(name)"), withIntermediateDirectories: true)
        try files.copyItem(
          atPath: Fixtures.path("data/cifar10/test/\(name)/0000.jpg"),
          toPath: folder.appendingPathComponent("data/\(name)/0.jpg").path)
      }
      let line = [
        "audit", "--model", Fixtures.path("models/clip-tiny-cifar10"), "--data", "data",
        "--attack", "pgd:steps=1", "--checks", "off", "--output", "run", "--preset",
      ]
      let text = try Program.run(line + ["ttc"], in: folder)
      #expect(text.code == 0, "\(text.talk)")
      #expect(text.output.contains("seed 0, evaluated as ttc does"))
      let csv = try Program.run(line + ["ttc", "--format", "csv"], in: folder)
      #expect(csv.output.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(",ttc") })
      expectFailure(try Program.run(line + ["csr"], in: folder), code: 64, "the preset")
    }
  }
}
