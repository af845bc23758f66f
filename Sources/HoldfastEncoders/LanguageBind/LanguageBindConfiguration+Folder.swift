import HoldfastCore
import HoldfastLayers

extension LanguageBindConfiguration {
  /// Reads the `config.json` of a published folder beside its weights.
  ///
  /// An absent key takes what the weights show, else upstream's default. A key that is there must
  /// agree with the weights.
  ///
  /// - Parameters:
  ///   - file: what errors call the configuration.
  ///   - names: names of the model by which its modality may be told, such as its path.
  ///   - modality: the modality; nil to tell it from the folder.
  /// - Throws: ``EncoderError`` for malformed JSON, another kind of model, absurd sizes, or a
  ///   modality that cannot be told or that the tower cannot serve.
  init(
    json: [UInt8], file: String, layout: LanguageBindLayout, names: [String], modality: Modality?
  ) throws(EncoderError) {
    let written = try decodeConfiguration(LanguageBindConfig.self, json, file: file)
    var clip = try CLIPConfiguration(huggingFace: json, file: file) {
      $0 == "clip" || $0.hasPrefix(Self.typePrefix)
    }
    clip.text.endToken = .largest  // upstream reads a text there, whatever the configuration says
    let vision = written.visionConfig ?? .init()
    let isVideo = vision.addTimeAttn ?? (layout.frames != nil)
    guard
      let modality = modality
        ?? written.modality(isVideo: isVideo, names: [written._nameOrPath ?? ""] + names)
    else {
      throw EncoderError(
        what: "the modality of the model is unknown", where: file,
        hint: "name it: image, thermal, depth, audio or video")
    }
    guard isVideo == (modality == .video) else {
      throw EncoderError(
        what: isVideo
          ? "the tower looks over time, which a model for \(modality) does not"
          : "a model for video looks over time, which this tower does not",
        where: file,
        hint: "name the model's own modality; add_time_attn must be true for video alone")
    }
    let sense = try vision.sense(modality, layout, file: file)
    self = try LanguageBindConfiguration(
      sense: sense, clip: clip, lora: vision.lora(layout, file: file)
    ).checked(in: file)
  }
}

extension LanguageBindConfiguration {
  /// What stands before the modality in a configuration's `model_type`.
  static let typePrefix = "LanguageBind"
}

/// What a LanguageBind `config.json` says beyond CLIP's.
private struct LanguageBindConfig: Decodable {
  var _nameOrPath: String?
  var modelType: String?
  var visionConfig: Vision?

  struct Vision: Decodable {
    var addTimeAttn: Bool?
    var numFrames: Int?
    var loraR: Int?
    var loraAlpha: Double?
    // Upstream's defaults of these two are floats.
    var numMelBins, targetLength: Double?
    var audioSampleRate: Int?
    var audioMean, audioStd: Double?
    var maxDepth: Double?
  }

  /// The modality by the type, by what only one modality has, or by a name.
  func modality(isVideo: Bool, names: [String]) -> Modality? {
    let senses: [Modality] = [.image, .thermal, .depth, .audio, .video]
    let prefix = LanguageBindConfiguration.typePrefix
    if let type = modelType, type.hasPrefix(prefix) {
      return senses.first { $0.rawValue == type.dropFirst(prefix.count).lowercased() }
    }
    if isVideo { return .video }
    if let vision = visionConfig {
      if vision.numMelBins ?? 0 != 0, vision.targetLength ?? 0 != 0 { return .audio }
      if vision.maxDepth != nil { return .depth }
    }
    return senses.first { sense in
      names.contains { $0.lowercased().contains("languagebind_\(sense.rawValue)") }
    }
  }
}

extension LanguageBindConfig.Vision {
  fileprivate func sense(
    _ modality: Modality, _ layout: LanguageBindLayout, file: String
  ) throws(EncoderError) -> LanguageBindConfiguration.Sense {
    switch modality {
    case .image: return .image
    case .thermal: return .thermal
    case .depth: return .depth(maximum: maxDepth ?? 10)
    case .video:
      return .video(
        .init(
          frames: numFrames ?? layout.frames ?? 1, hasClassPerFrame: layout.hasClassPerFrame))
    case .audio:
      guard let bins = Int(exactly: numMelBins ?? 0), let frames = Int(exactly: targetLength ?? 0),
        bins != 0, frames != 0
      else {
        throw EncoderError(
          what: "does not say how large the spectrogram is", where: file,
          hint: "vision_config must have num_mel_bins and target_length")
      }
      return .audio(
        .init(
          bins: bins, frames: frames, sampleRate: audioSampleRate ?? 16_000,
          mean: audioMean ?? 0.5, std: audioStd ?? 0.5))
    default:
      throw EncoderError(
        what: "LanguageBind has no tower for \(modality)", where: file,
        hint: "it has towers for image, thermal, depth, audio and video")
    }
  }

  /// The adapters, if the weights have any: a model may be merged and its configuration not say so.
  fileprivate func lora(
    _ layout: LanguageBindLayout, file: String
  ) throws(EncoderError) -> LoRA? {
    guard layout.isWrapped else { return nil }
    if loraR == 0 {
      throw EncoderError(
        what: "`lora_r` is 0, but the weights have adapters"
          + (layout.rank.map { " of rank \($0)" } ?? ""),
        where: file, hint: "weights and configuration are of different models")
    }
    return LoRA(rank: loraR ?? layout.rank ?? 2, alpha: loraAlpha ?? 16)
  }
}
