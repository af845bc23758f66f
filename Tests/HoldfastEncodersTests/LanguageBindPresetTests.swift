import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Presets of LanguageBind") struct LanguageBindPresetTests {
  /// What a model of upstream's class has: its tensors, with two of positions, and their elements.
  private static let published: [(name: String, tensors: Int, elements: Int)] = [
    ("LanguageBind_Image", 592, 427_616_847), ("LanguageBind_Thermal", 784, 428_010_063),
    ("LanguageBind_Depth", 784, 428_010_063), ("LanguageBind_Audio_FT", 592, 427_961_247),
    ("LanguageBind_Video_FT", 856, 528_624_207),
    ("LanguageBind_Video_V1.5_FT", 856, 528_631_375),
  ]

  @Test("have as many tensors and elements as the published models", arguments: published)
  func sizes(name: String, tensors: Int, elements: Int) throws {
    let configuration = try #require(
      LanguageBindConfiguration.presets.first { $0.name == name }?.configuration)
    let isVideo = configuration.modality == .video
    let count = Count(
      keys: configuration.lora == nil ? .languageBind : .languageBindLoRA(overTime: isVideo))
    let loader = try ParameterLoader(count)
    let vision = LanguageBindVision(
      loader.root["vision"], configuration,
      normalization: try PixelNormalization(mean: [0, 0, 0], std: [1, 1, 1]))
    _ = CLIPText(
      loader.root["text"], configuration.clip.text,
      embeddingWidth: configuration.clip.projection)
    _ = loader.root.parameter("logit_scale", [])
    let size = vision.input.shape.suffix(2).map { $0 / configuration.clip.vision.patch }
    let positions = 77 + 1 + size[0] * size[1]
    #expect(count.tensors.count + 2 == tensors)
    #expect(count.elements + positions == elements)
  }

  @Test("come back from JSON", arguments: LanguageBindConfiguration.presets.map(\.name))
  func coding(name: String) throws {
    let configuration = try #require(
      LanguageBindConfiguration.presets.first { $0.name == name }?.configuration)
    let json = try JSONEncoder().encode(configuration)
    #expect(
      try JSONDecoder().decode(LanguageBindConfiguration.self, from: json) == configuration)
  }

  @Test("a fresh model is an encoder, and its adapters change nothing")
  func fresh() throws {
    let small = LanguageBindConfiguration(
      sense: .video(.init(frames: 2, hasClassPerFrame: true)),
      clip: CLIPConfiguration(
        vision: .init(width: 16, layers: 2, heads: 2, patch: 4, image: 8),
        text: .init(width: 8, layers: 1, heads: 2, vocabulary: 10, context: 5), projection: 6),
      lora: LoRA(rank: 2, alpha: 16))
    let model = try LanguageBindModel(
      small, initializedBy: Generator(seed: 1, stream: 0),
      normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    try checkEncoderContract(model.vision)
    let clips = try Tensor.full(0.7, [1, 3, 2, 8, 8])
    try expectClose(
      model.merged().vision.embed(clips), model.vision.embed(clips), atol: 1e-6)
    #expect(throws: EncoderError.self) {
      var absurd = small
      absurd.sense = .video(.init(frames: 1 << 40))
      _ = try LanguageBindModel(
        absurd, initializedBy: Generator(seed: 1, stream: 0),
        normalization: PixelNormalization(mean: [0, 0, 0], std: [1, 1, 1]))
    }
  }
}

/// Counts what a model asks for and gives it nothing.
private final class Count: ParameterSource {
  let map: KeyMap
  private(set) var tensors: Set<String> = []
  private(set) var elements = 0

  init(keys: KeyMap) { map = keys }

  var file: String { "" }
  var keys: [String] { [] }

  func find(_ name: String, _ shape: [Int], _ initializer: Initializer) -> FoundParameter {
    let keys = map.stored(name).keys
    tensors.formUnion(keys)
    elements += shape.reduce(1, *)
    return .missing(keys)
  }
}
