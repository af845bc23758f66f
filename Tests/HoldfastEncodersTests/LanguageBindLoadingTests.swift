import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Loading LanguageBind") struct LanguageBindLoadingTests {
  /// A copy of a golden model's folder, to be damaged; its name says nothing of its modality.
  private func withCopy(of name: String, _ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let copy = folder.appendingPathComponent("copy")
      try FileManager.default.copyItem(at: Golden.url("language-bind-\(name)"), to: copy)
      try body(copy)
    }
  }

  private func edit(_ folder: URL, _ change: (inout [String: Any]) -> Void) throws {
    let file = folder.appendingPathComponent("config.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    var object = try #require(json as? [String: Any])
    change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: file)
  }

  private func editVision(_ folder: URL, _ change: (inout [String: Any]) -> Void) throws {
    try edit(folder) { config in
      var vision = config["vision_config"] as? [String: Any] ?? [:]
      change(&vision)
      config["vision_config"] = vision
    }
  }

  /// Puts other tensors, under the keys of a file, in place of the folder's weights.
  private func replaceWeights(
    in folder: URL, _ change: (inout [(key: String, tensor: Tensor)]) throws -> Void
  ) throws {
    let source = try openCheckpoint(at: folder.path)
    var tensors = try source.names.map { name in
      let entry = try source.entry(for: name)
      let dtype: DType = entry.type == .int64 ? .int64 : .float32
      let tensor = try source.withBytes(of: name) {
        try Tensor(bytes: $0, shape: entry.shape, dtype: dtype)
      }
      return (key: name, tensor: tensor)
    }
    try change(&tensors)
    var store = ParameterStore()
    for (key, tensor) in tensors where tensor.dtype == .float32 { store[key] = tensor }
    try store.write(
      to: folder.appendingPathComponent("model.safetensors").path, keys: .identity)
  }

  // Merging.

  @Test("adapters that are kept show as such", arguments: LanguageBindPeer.all)
  func kept(peer: LanguageBindPeer) throws {
    let (kept, merged) = (try peer.load(.kept), try peer.load())
    #expect(kept.configuration.lora == peer.lora)
    #expect(merged.configuration.lora == nil)
    let adapters = kept.parameters.names.filter { $0.contains(".lora_") }
    // In each of two blocks an A and a B for the fused projection and one for the output.
    #expect(adapters.count == (peer.lora == nil ? 0 : 8))
    #expect(merged.parameters.names.allSatisfy { !$0.contains(".lora_") })
    let inputs = try peer.golden()["inputs"]
    try expectCloseToScale(
      merged.vision.embed(inputs), kept.vision.embed(inputs), ratio: 1e-5, peer.name)
  }

  @Test("adapters that are kept can be trained alone", arguments: LanguageBindPeer.adapted)
  func training(peer: LanguageBindPeer) throws {
    let kept = try peer.load(.kept)
    let model = try kept.with(kept.parameters.trainable { $0.contains(".lora_") })
    let adapters = model.parameters.names.filter { $0.contains(".lora_") }
      .compactMap { model.parameters[$0] }
    let loss = try model.vision.embed(peer.golden()["inputs"]).squared().sum()
    for slope in try gradients(of: loss, withRespectTo: adapters) {
      #expect(try slope.absolute().max().item() > 0)
    }
  }

  @Test(
    "a merged model comes back from the names of a full tune", arguments: LanguageBindPeer.all)
  func mergedFile(peer: LanguageBindPeer) throws {
    try withCopy(of: peer.name) { folder in
      let model = try peer.load()
      try model.parameters.write(
        to: folder.appendingPathComponent("model.safetensors").path, keys: model.keys)
      let copy = try loadLanguageBind(at: folder.path).model
      #expect(copy.configuration == model.configuration)
      try expectClose(
        copy.vision.embed(peer.golden()["inputs"]).normalized(), peer.golden()["embeddings"],
        atol: 1e-5)
    }
  }

  @Test("adapters come back from their file", arguments: LanguageBindPeer.adapted)
  func keptFile(peer: LanguageBindPeer) throws {
    try withCopy(of: peer.name) { folder in
      let model = try peer.load(.kept)
      try model.parameters.write(
        to: folder.appendingPathComponent("model.safetensors").path, keys: model.keys)
      let copy = try loadLanguageBind(at: folder.path, lora: .kept).model
      for name in model.parameters.names {
        let (ours, theirs) = (model.parameters[name], copy.parameters[name])
        try expectClose(#require(theirs), #require(ours), atol: 0, name)
      }
    }
  }

  // Which modality a folder is for.

  @Test(
    "without a type the modality is told by what only it has",
    arguments: [("audio-ft", Modality.audio), ("video-ft", .video), ("depth", .depth)])
  func toldByConfiguration(name: String, modality: Modality) throws {
    for type in ["clip", nil] {
      try withCopy(of: name) { folder in
        try edit(folder) { $0["model_type"] = type }
        #expect(try loadLanguageBind(at: folder.path).model.vision.modality == modality)
      }
    }
  }

  @Test("or by its name")
  func toldByName() throws {
    try withCopy(of: "thermal") { folder in
      try edit(folder) { $0["model_type"] = nil }
      let named = folder.deletingLastPathComponent().appendingPathComponent(
        "models--LanguageBind--LanguageBind_Thermal")
      try FileManager.default.copyItem(at: folder, to: named)
      #expect(try loadLanguageBind(at: named.path).model.vision.modality == .thermal)
      try edit(folder) { $0["_name_or_path"] = "LanguageBind/LanguageBind_Image" }
      #expect(try loadLanguageBind(at: folder.path).model.vision.modality == .image)
    }
  }

  @Test("else it must be named")
  func untold() throws {
    try withCopy(of: "image") { folder in
      try edit(folder) { $0["model_type"] = nil }
      let error = try #require(throws: EncoderError.self) { try loadLanguageBind(at: folder.path) }
      #expect(error.hint?.contains("thermal") == true)
      for modality in [Modality.image, .thermal, .depth] {
        let model = try loadLanguageBind(at: folder.path, modality: modality).model
        #expect(model.vision.modality == modality)
      }
      for modality in [Modality.audio, .video, .points, .text] {
        #expect(throws: EncoderError.self) {
          try loadLanguageBind(at: folder.path, modality: modality)
        }
      }
    }
    try withCopy(of: "video-ft") { folder in
      #expect(throws: EncoderError.self) {
        try loadLanguageBind(at: folder.path, modality: .image)
      }
    }
  }

  @Test("the numbers that inputs are prepared by")
  func numbers() throws {
    let audio = try LanguageBindPeer.all[3].load().configuration
    #expect(
      audio.sense
        == .audio(
          .init(bins: 12, frames: 22, sampleRate: 16_000, mean: -4.2677393, std: 4.5689974)))
    #expect(audio.input.unit == "normalised mel")
    #expect(try LanguageBindPeer.all[2].load().configuration.sense == .depth(maximum: 10))
    #expect(
      try LanguageBindPeer.all[7].load().configuration.sense
        == .video(.init(frames: 3, hasClassPerFrame: true)))
  }

  @Test("what the configuration leaves out, the weights show")
  func leftOut() throws {
    try withCopy(of: "video") { folder in
      try editVision(folder) { vision in
        for key in ["num_frames", "add_time_attn", "lora_r", "lora_alpha"] { vision[key] = nil }
      }
      let model = try loadLanguageBind(at: folder.path, lora: .kept).model
      #expect(model.configuration == (try LanguageBindPeer.all[6].load(.kept).configuration))
    }
  }

  // What does not fit.

  @Test("weights of another model: every key in one error")
  func mismatch() throws {
    try withCopy(of: "video") { folder in
      try editVision(folder) { vision in
        vision["num_hidden_layers"] = 3
        vision["num_frames"] = 5
        vision["lora_r"] = 2
      }
      let error = try #require(throws: CheckpointError.self) {
        try loadLanguageBind(at: folder.path)
      }
      // The third block: 16 tensors of CLIP's, 11 of the branch over time, 8 of adapters.
      #expect(error.missing.count == 35)
      let wrapped = "vision_model.encoder.base_model.model.layers"
      #expect(error.missing.contains("\(wrapped).2.temporal_attn.q_proj.lora_A.default.weight"))
      #expect(error.mismatched.count == 18)  // in each block an embedding and 8 adapters
      #expect(error.unexpected.isEmpty)
      #expect(error.file.contains("pytorch_model.bin"))
    }
  }

  @Test("a tensor that is left over, missing or of another shape", arguments: ["thermal", "depth"])
  func tensors(name: String) throws {
    try withCopy(of: name) { folder in
      let base = name == "depth" ? ".base_layer" : ""
      let attention = "vision_model.encoder.base_model.model.layers.1.self_attn"
      try replaceWeights(in: folder) { tensors in
        tensors.removeAll { $0.key == "\(attention).q_proj\(base).bias" }
        tensors.removeAll { $0.key == "\(attention).k_proj.lora_B.default.weight" }
        tensors.append((key: "vision_model.spare", tensor: try .zeros([1])))
        tensors.append(
          (key: "\(attention).q_proj.lora_A.other.weight", tensor: try .zeros([2, 32])))
        for (index, entry) in tensors.enumerated()
        where entry.key.hasPrefix("\(attention).v_proj.lora_") {
          tensors[index].tensor = try .zeros([3, 32])
        }
      }
      let error = try #require(throws: CheckpointError.self) {
        try loadLanguageBind(at: folder.path)
      }
      #expect(
        Set(error.missing) == [
          "\(attention).q_proj\(base).bias", "\(attention).k_proj.lora_B.default.weight",
        ])
      #expect(
        Set(error.unexpected) == [
          "vision_model.spare", "\(attention).q_proj.lora_A.other.weight",
        ])
      #expect(error.mismatched.count == 2)  // one of them beside a missing part
      #expect(error.mismatched.allSatisfy { $0.hasPrefix("\(attention).v_proj.lora_") })
    }
  }

  @Test("a wrapper without adapters is no merged model")
  func noAdapters() throws {
    try withCopy(of: "thermal") { folder in
      try replaceWeights(in: folder) { $0.removeAll { $0.key.contains(".lora_") } }
      let error = try #require(throws: CheckpointError.self) {
        try loadLanguageBind(at: folder.path)
      }
      #expect(error.missing.count == 16)
    }
  }

  @Test(
    "absurd configurations",
    arguments: [
      ("audio", "num_mel_bins", 3), ("audio", "num_mel_bins", 1 << 40),
      ("audio", "target_length", 0), ("audio", "target_length", -20),
      ("audio", "audio_sample_rate", 0), ("audio", "audio_std", 0), ("audio", "audio_std", -1),
      ("audio", "num_channels", 1), ("video", "num_frames", 0), ("video", "num_frames", 1 << 40),
      ("video", "lora_r", 0), ("thermal", "lora_r", -2), ("thermal", "lora_r", 1 << 40),
      ("thermal", "lora_alpha", -1), ("thermal", "hidden_size", 1 << 40),
      ("thermal", "num_attention_heads", 5), ("depth", "max_depth", -1),
    ])
  func absurd(name: String, key: String, value: Int) throws {
    try withCopy(of: name) { folder in
      try editVision(folder) { $0[key] = value }
      let error = try #require(throws: EncoderError.self) { try loadLanguageBind(at: folder.path) }
      #expect(error.description.contains("config.json") && error.description.contains("hint: "))
    }
  }

  @Test("a time attention that is switched off or on", arguments: ["video-ft", "image"])
  func timeAttention(name: String) throws {
    try withCopy(of: name) { folder in
      try editVision(folder) { $0["add_time_attn"] = name == "image" }
      #expect(throws: EncoderError.self) { try loadLanguageBind(at: folder.path) }
    }
  }

  @Test(
    "configurations that are not",
    arguments: [
      "", "[]", "{\"model_type\": \"siglip\"}", "{\"model_type\": \"LanguageBindSmell\"}",
      "{\"vision_config\": 3}", "{\"vision_config\": {\"lora_r\": \"many\"}}",
      "{\"vision_config\": {\"num_mel_bins\": 1.5, \"target_length\": 20}}",
    ])
  func noConfiguration(json: String) throws {
    try withCopy(of: "audio") { folder in
      try Data(json.utf8).write(to: folder.appendingPathComponent("config.json"))
      #expect(throws: EncoderError.self) { try loadLanguageBind(at: folder.path) }
    }
  }

  @Test("missing files say which", arguments: ["config.json", "pytorch_model.bin"])
  func missingFile(name: String) throws {
    try withCopy(of: "video") { folder in
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      let error = try #require(throws: (any Error).self) { try loadLanguageBind(at: folder.path) }
      #expect("\(error)".contains(folder.path) && "\(error)".contains("hint: "))
    }
  }

  @Test("weights of another kind")
  func otherKind() throws {
    let error = try #require(throws: EncoderError.self) {
      try loadLanguageBind(at: Golden.url("open-clip-gelu").path)
    }
    #expect(error.hint?.contains("vision_model.") == true)
    #expect(throws: EncoderError.self) { try loadCLIP(at: LanguageBindPeer.all[0].path) }
  }

  @Test("inputs of another size are an error")
  func inputs() throws {
    let video = try LanguageBindPeer.all[5].load().vision
    #expect(throws: TorchError.self) { try video.embed(.zeros([1, 3, 4, 12, 12])) }
    #expect(throws: TorchError.self) { try video.embed(.zeros([3, 3, 12, 12])) }
    let audio = try LanguageBindPeer.all[3].load().vision
    #expect(throws: TorchError.self) { try audio.embed(.zeros([1, 3, 22, 12])) }
  }
}
