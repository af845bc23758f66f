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

@Suite("Loading CLIP") struct LoadingTests {
  /// A copy of a golden model's folder, to be damaged.
  private func withCopy(of name: String, _ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let copy = folder.appendingPathComponent(name)
      try FileManager.default.copyItem(at: Golden.url(name), to: copy)
      try body(copy)
    }
  }

  private func edit(_ file: URL, _ change: (inout [String: Any]) -> Void) throws {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    var object = try #require(json as? [String: Any])
    change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: file)
  }

  @Test("a configuration of another model: every key in one error")
  func mismatch() throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      try edit(folder.appendingPathComponent("config.json")) { config in
        var vision = config["vision_config"] as? [String: Any] ?? [:]
        vision["num_hidden_layers"] = 3
        vision["intermediate_size"] = 100
        config["vision_config"] = vision
        var text = config["text_config"] as? [String: Any] ?? [:]
        text["num_hidden_layers"] = 1
        config["text_config"] = text
      }
      let error = try #require(throws: CheckpointError.self) { try loadCLIP(at: folder.path) }
      #expect(error.missing.count == 16)  // the third block
      #expect(error.missing.contains("vision_model.encoder.layers.2.self_attn.q_proj.weight"))
      #expect(error.unexpected.count == 16)  // the second text block
      #expect(error.unexpected.allSatisfy { $0.hasPrefix("text_model.encoder.layers.1.") })
      #expect(error.mismatched.count == 6)  // fc1's weight and bias and fc2's weight, twice
      #expect(error.file.contains("model.safetensors"))
    }
  }

  @Test(
    "absurd configurations",
    arguments: [
      ("hidden_size", 0), ("hidden_size", -8), ("hidden_size", 1 << 40),
      ("num_hidden_layers", 1 << 40),
      ("num_attention_heads", 5), ("patch_size", 17), ("num_channels", 1),
    ])
  func absurd(key: String, value: Int) throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      try edit(folder.appendingPathComponent("config.json")) { config in
        var vision = config["vision_config"] as? [String: Any] ?? [:]
        vision[key] = value
        config["vision_config"] = vision
      }
      let error = try #require(throws: EncoderError.self) { try loadCLIP(at: folder.path) }
      #expect(error.description.contains("config.json") && error.description.contains("hint: "))
    }
  }

  @Test(
    "configurations that are not",
    arguments: [
      "", "[]", "{\"model_type\": \"siglip\"}", "{\"vision_config\": 3}",
      "{\"vision_config\": {\"hidden_act\": \"relu\"}}", "{\"projection_dim\": \"wide\"}",
    ])
  func noConfiguration(json: String) throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      try Data(json.utf8).write(to: folder.appendingPathComponent("config.json"))
      #expect(throws: EncoderError.self) { try loadCLIP(at: folder.path) }
    }
  }

  @Test("missing files say which", arguments: ["config.json", "model.safetensors"])
  func missingFile(name: String) throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      let error = try #require(throws: (any Error).self) { try loadCLIP(at: folder.path) }
      #expect("\(error)".contains(folder.path) && "\(error)".contains("hint: "))
    }
  }

  @Test(
    "truncated weights",
    arguments: [
      "hf-quick-gelu/model.safetensors", "openai-archive/model.pt", "hf-gelu-bin/pytorch_model.bin",
    ])
  func truncated(file: String) throws {
    let parts = file.split(separator: "/").map(String.init)
    try withCopy(of: parts[0]) { folder in
      let weights = folder.appendingPathComponent(parts[1])
      let data = try Data(contentsOf: weights)
      for length in [0, 7, data.count / 2, data.count - 1] {
        try data.prefix(length).write(to: weights)
        #expect(throws: FormatError.self) { try loadCLIP(at: weights.path) }
      }
    }
  }

  @Test("a preprocessor of another size")
  func preprocessorSize() throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      try edit(folder.appendingPathComponent("preprocessor_config.json")) { config in
        config["crop_size"] = ["height": 224, "width": 224]
      }
      let error = try #require(throws: EncoderError.self) { try loadCLIP(at: folder.path) }
      #expect(error.what.contains("224"))
    }
  }

  /// A `processor_config.json` of transformers 5, with other means than the file beside it.
  private func write(processor: [String: Any], to folder: URL) throws {
    try JSONSerialization.data(withJSONObject: processor)
      .write(to: folder.appendingPathComponent("processor_config.json"))
  }

  @Test("the preprocessor of transformers 5, alone and beside the older file")
  func processorFile() throws {
    try withCopy(of: "hf-quick-gelu") { folder in
      let before = try loadCLIP(at: folder.path).preprocessor
      try write(processor: ["processor_class": "CLIPProcessor"], to: folder)
      #expect(try loadCLIP(at: folder.path).preprocessor == before)
      let nested: [String: Any] = [
        "crop_size": 16, "size": ["shortest_edge": 20], "image_mean": [0.5, 0.5, 0.5],
      ]
      try write(processor: ["image_processor": nested], to: folder)
      let beside = try loadCLIP(at: folder.path).preprocessor
      #expect(beside.mean == [0.5, 0.5, 0.5] && beside.resize == .shortSide(20))
      try FileManager.default.removeItem(
        at: folder.appendingPathComponent("preprocessor_config.json"))
      #expect(try loadCLIP(at: folder.path).preprocessor == beside)
    }
  }

  @Test("transparency: white for transformers' folders, dropped for open_clip's")
  func background() throws {
    #expect(try loadCLIP(at: Golden.url("hf-quick-gelu").path).preprocessor.background == 255)
    #expect(try loadCLIP(at: Golden.url("open-clip-gelu").path).preprocessor.background == nil)
  }

  @Test("open_clip weights without a configuration do not guess the activation")
  func unknownActivation() throws {
    let archive = try loadCLIP(at: PeerModel.all[6].path).model
    #expect(archive.configuration.vision.activation == .quickGELU)  // OpenAI's scalars are there
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("weights.safetensors").path
      try archive.parameters.write(to: path, keys: .openCLIP())
      let error = try #require(throws: EncoderError.self) { try loadCLIP(at: path) }
      #expect(error.hint?.contains("quickGELU") == true)
      let told = try loadCLIP(at: path, activation: .gelu).model
      #expect(told.configuration.text.activation == .gelu)
      #expect(told.configuration.vision.heads == archive.configuration.vision.heads)
    }
  }

  @Test("open_clip's prefix for a text tower of its own")
  func textPrefix() throws {
    let golden = try Golden("open-clip-quick-gelu/golden.safetensors")
    try withCopy(of: "open-clip-quick-gelu") { folder in
      let model = try loadCLIP(at: folder.path).model
      let weights = folder.appendingPathComponent("open_clip_model.safetensors")
      try model.parameters.write(to: weights.path, keys: .openCLIP(textPrefix: "text."))
      let prefixed = try loadCLIP(at: folder.path).model
      try expectClose(
        prefixed.text.embed(golden["token_ids"]).normalized(), golden["text_embeddings"],
        atol: 1e-5)
    }
  }

  @Test("a vision tower alone is no model, and one of another size does not fit")
  func towers() throws {
    let tower = Golden.url("robust-tower/tower.pt").path
    #expect(throws: EncoderError.self) { try loadCLIP(at: tower) }
    let error = try #require(throws: CheckpointError.self) {
      try loadCLIP(at: Golden.url("open-clip-gelu").path, vision: tower)
    }
    #expect(error.file == tower)
    #expect(!error.mismatched.isEmpty)
  }

  @Test("a vision tower in transformers' layout, from a whole model")
  func huggingFaceTower() throws {
    try withTemporaryFolder { folder in
      let robust = try PeerModel.all[7].load()
      try robust.write(to: folder.path)
      let joined = try loadCLIP(
        at: Golden.url("open-clip-quick-gelu").path, vision: folder.path
      ).model
      let golden = try Golden("robust-tower/golden.safetensors")
      try expectClose(
        joined.vision.embed(golden["pixels"]).normalized(), golden["image_embeddings"],
        atol: 1e-5)
    }
  }

  @Test("images of another size are an error, a text without end is none")
  func inputs() throws {
    let model = try PeerModel.all[0].load()
    #expect(throws: TorchError.self) { try model.vision.embed(.zeros([1, 3, 15, 16])) }
    #expect(throws: TorchError.self) { try model.vision.embed(.zeros([3, 16, 16])) }
    #expect(throws: TorchError.self) { try model.text.embed(.zeros([1, 13], dtype: .int64)) }
    #expect(throws: TorchError.self) {
      try model.text.embed(.full(64, [1, 2], dtype: .int64))  // one past the vocabulary
    }
    #expect(try model.vision.embed(.zeros([0, 3, 16, 16])).shape == [0, 20])
    #expect(try model.text.embed(.zeros([0, 12], dtype: .int64)).shape == [0, 20])
    #expect(try model.text.embed(.zeros([1, 12], dtype: .int64)).shape == [1, 20])
  }

  @Test("a fresh model has the parameters of its preset")
  func presets() throws {
    #expect(CLIPConfiguration.vitB32.vision.grid == 7)
    #expect(CLIPConfiguration.vitL14At336.vision.grid == 24)
    let small = CLIPConfiguration(
      vision: .init(width: 16, layers: 1, heads: 2, patch: 4, image: 8),
      text: .init(width: 8, layers: 1, heads: 2, vocabulary: 10, context: 5), projection: 6)
    let model = try CLIPModel(
      small, initializedBy: Generator(seed: 1, stream: 0),
      normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    try checkEncoderContract(model.vision)
    let trainable = try model.with(model.parameters.trainable { $0.hasPrefix("vision.") })
    #expect(try trainable.vision.embed(.zeros([1, 3, 8, 8])).requiresGradient)
    #expect(try !trainable.text.embed(.zeros([1, 5], dtype: .int64)).requiresGradient)
  }
}
