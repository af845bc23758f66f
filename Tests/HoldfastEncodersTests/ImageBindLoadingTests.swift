import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastFormats
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Loading ImageBind") struct ImageBindLoadingTests {
  /// The golden's weights under the names in its file.
  private func weights() throws -> ParameterStore {
    var store = ParameterStore()
    for (key, tensor) in try ImageBindPeer.load().parameters.stored(as: .imageBind()) {
      store[key] = tensor
    }
    return store
  }

  /// Loads other weights than the golden's.
  private func loading<Result>(
    _ store: ParameterStore, _ body: (String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("weights.safetensors").path
      try store.write(to: path, keys: .identity)
      return try body(path)
    }
  }

  @Test("sizes come from the shapes in the file")
  func sizes() throws {
    let configuration = try ImageBindPeer.load().configuration
    let trunk = ImageBindConfiguration.Trunk.init(width:layers:heads:hidden:)
    #expect(
      configuration
        == ImageBindConfiguration(
          vision: .init(trunk: trunk(32, 2, 16, 128), patch: 4, image: 12, views: 3),
          audio: .init(trunk: trunk(24, 2, 12, 96), patch: 16),
          thermal: .init(trunk: trunk(24, 2, 12, 96), patch: 4, image: 12),
          depth: .init(trunk: trunk(16, 2, 8, 64), patch: 4, image: 16),
          inertial: .init(trunk: trunk(16, 2, 8, 64), window: 8, samples: 80),
          text: .init(
            width: 32, layers: 2, heads: 16, vocabulary: 64, context: 12, activation: .gelu,
            epsilon: 1e-6),
          projection: 24))
    let json = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(ImageBindConfiguration.self, from: json) == configuration)
  }

  @Test("the preset has the tensors and numbers of the published model")
  func preset() throws {
    let count = KeyCount(.imageBind())
    #expect(throws: CheckpointError.self) {
      try ImageBindModel(.huge, from: ParameterLoader(count))
    }
    #expect(count.tensors.count + 1 == 1311)  // and the mask of causal attention
    #expect(count.elements + 77 * 77 == 1_200_786_990)
  }

  @Test("a model of some modalities")
  func someSenses() throws {
    let whole = try ImageBindPeer.load()
    let part = try whole.restricted(to: [.audio, .text])
    #expect(part.towers.map(\.modality) == [.audio])
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("weights.safetensors").path
      try part.parameters.write(to: path, keys: .imageBind())
      let loaded = try loadImageBind(at: path)
      #expect(loaded.model.configuration.modalities == [.audio])
      #expect(loaded.model.text != nil && loaded.tokenizer == nil)
      #expect(loaded.model[.image] == nil)
      let tower = try #require(loaded.model[.audio])
      let inputs = try ImageBindPeer.inputs(.audio, tower)
      try expectClose(tower.embed(inputs), #require(whole[.audio]).embed(inputs), atol: 0)
    }
  }

  @Test("every key that does not fit, in one error")
  func misfits() throws {
    var store = try weights()
    let gone = [
      "modality_trunks.audio.blocks.0.attn.bias_k", "modality_trunks.text.blocks.1.norm_2.bias",
      "modality_heads.imu.3.weight", "modality_postprocessors.depth.1.log_logit_scale",
    ]
    for key in gone { store[key] = nil }
    store["modality_trunks.points.blocks.0.norm_1.bias"] = try .zeros([4])
    store["modality_heads.thermal.2.weight"] = try .zeros([25, 24])
    // Its positions are those of another spectrogram than the family's.
    store["modality_preprocessors.audio.pos_embedding_helper.pos_embed"] = try .zeros([1, 7, 24])
    let error = try #require(throws: CheckpointError.self) {
      try loading(store) { try loadImageBind(at: $0) }
    }
    #expect(error.missing.sorted() == gone.sorted())
    #expect(error.unexpected == ["modality_trunks.points.blocks.0.norm_1.bias"])
    #expect(error.mismatched.count == 2)
  }

  @Test("every tensor that the sizes need, in one error")
  func unknownSizes() throws {
    var store = try weights()
    let gone = [
      "modality_preprocessors.vision.rgbt_stem.proj.1.weight",
      "modality_trunks.audio.blocks.0.mlp.fc1.weight", "modality_preprocessors.imu.pos_embed",
      "modality_preprocessors.text.token_embedding.weight",
    ]
    for key in gone { store[key] = nil }
    let error = try #require(throws: EncoderError.self) {
      try loading(store) { try loadImageBind(at: $0) }
    }
    for key in gone { #expect(error.what.contains(key), "\(key)") }
  }

  @Test("sizes that cannot be")
  func absurd() throws {
    var deep = try weights()
    deep["modality_trunks.audio.blocks.\(Int.max).norm_1.bias"] = try .zeros([24])
    var undivided = ParameterStore()  // 12 heads do not divide a width of 16
    let small = try ImageBindModel(
      ImageBindConfiguration(
        thermal: .init(trunk: .init(width: 16, layers: 1, heads: 4), patch: 4, image: 8),
        projection: 6), initializedBy: Generator(seed: 1, stream: 0))
    try checkEncoderContract(#require(small[.thermal]))
    for (key, tensor) in try small.parameters.stored(as: .imageBind()) { undivided[key] = tensor }
    for (store, word) in [(deep, "audio layers"), (undivided, "12 heads")] {
      let error = try #require(throws: EncoderError.self) {
        try loading(store) { try loadImageBind(at: $0) }
      }
      #expect(error.what.contains(word) && error.description.contains("hint: "))
    }
    #expect(throws: EncoderError.self) { try loadImageBind(at: Golden.url("hf-quick-gelu").path) }
  }

  @Test("the pixels of thermal images, from [0, 1] to [-1, 1]")
  func normalization() throws {
    let plain = try #require(try ImageBindPeer.load()[.thermal])
    let centered = try #require(
      loadImageBind(at: ImageBindPeer.path, normalizations: [.thermal: .centered]).model[.thermal])
    let inputs = try ImageBindPeer.inputs(.thermal, plain)
    try expectCloseToScale(centered.embed(inputs), plain.embed(inputs * 2 - 1), ratio: 1e-5)
    #expect(throws: EncoderError.self) {
      try loadImageBind(
        at: ImageBindPeer.path, normalizations: [.depth: .init(mean: 0, std: 0)])
    }
  }

  @Test("the folder of a model, told by the names of its weights")
  func asLoadedModel() throws {
    let folder = Golden.url("image-bind").path
    let model = try loadModel(at: folder)
    #expect(model.family == "ImageBind")
    #expect(model.modalities == [.image, .video, .audio, .thermal, .inertial] && model.text == nil)
    let (image, audio) = (try #require(model[.image]), try #require(model[.audio]))
    #expect(abs(image.scale - 100) < 1e-3 && abs(audio.scale - 20) < 1e-3)
    for sense in model.senses {
      #expect(sense.preparation.outputShape == sense.encoder.input.shape)
    }
    for sense in [image, audio] {
      let inputs = try Tensor.full(0.3, [1] + sense.encoder.input.shape)
      let exact = try sense.rebuilt(sense.parameters.cast(to: .float64)).embed(inputs)
      #expect(exact.dtype == .float64)
      try expectCloseToScale(sense.encoder.embed(inputs).to(.float64), exact, ratio: 1e-5)
    }
    let range = try SoundPreprocessor.imageBind().range
    #expect(audio.encoder.input == .mel(shape: [3, 1, 128, 204], range: range))
    #expect(try loadModel(at: Golden.url("hf-quick-gelu").path).family == "CLIP")
    let error = try #require(throws: EncoderError.self) {
      try loadModel(at: folder, vision: ImageBindPeer.path)
    }
    #expect(error.what.contains("ImageBind"))
  }

  @Test("an attention with an extra key takes no mask")
  func maskedExtraKey() throws {
    let loader = try ParameterLoader(InitialSource(Generator(seed: 1, stream: 0)))
    let attention = MultiHeadAttention(loader.root, width: 8, heads: 2, hasExtraKey: true)
    let tokens = try Tensor.ones([1, 3, 8])
    #expect(try attention(tokens).shape == [1, 3, 8])
    #expect(throws: TorchError.self) { try attention(tokens, causal: true) }
    #expect(throws: TorchError.self) {
      try attention(tokens, to: tokens, mask: .ones([1, 1, 3, 3], dtype: .bool))
    }
  }
}

/// Counts what a model asks for, by the keys of a format, and gives it nothing.
final class KeyCount: ParameterSource {
  private(set) var tensors: Set<String> = []
  private(set) var elements = 0
  private let map: KeyMap

  init(_ map: KeyMap) { self.map = map }

  var file: String { "" }
  var keys: [String] { [] }

  func find(_ name: String, _ shape: [Int], _ initializer: Initializer) -> FoundParameter {
    let keys = map.stored(name).keys
    if tensors.isDisjoint(with: keys) { elements += shape.reduce(1, *) }
    tensors.formUnion(keys)
    return .missing(keys)
  }
}
