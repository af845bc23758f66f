import HoldfastFormats
import HoldfastLayers

/// What the names and shapes in a file say about the variant of a LanguageBind model.
struct LanguageBindLayout {
  /// Whether the vision blocks are wrapped by the peft library, as they are with adapters.
  let isWrapped: Bool
  /// Whether peft names an adapted layer's own weights `base_layer`, as it does since version 0.6.
  let hasBaseLayers: Bool
  /// The rank of the first adapter, if there is one.
  let rank: Int?
  /// How many frames the first block's attention over time has; nil without one.
  let frames: Int?
  /// Whether each frame has a class token of its own.
  let hasClassPerFrame: Bool

  /// Reads the names and shapes in a file.
  ///
  /// - Throws: ``EncoderError`` for a file without a vision tower under transformers' names.
  init(of source: any TensorSource) throws(EncoderError) {
    let classes = "vision_model.embeddings.class_embedding"
    let names = source.names
    guard names.contains(classes), let entry = try? source.entry(for: classes) else {
      throw EncoderError(
        what: "holds no LanguageBind tower under names we know", where: source.file,
        hint: "names begin with vision_model., as in the published folders")
    }
    func shape(endingWith suffix: String) -> [Int]? {
      names.first { $0.hasPrefix("vision_model.") && $0.hasSuffix(suffix) }
        .flatMap { try? source.entry(for: $0).shape }
    }
    isWrapped = names.contains { $0.hasPrefix(KeyMap.wrappedBlocks) }
    hasBaseLayers = names.contains { $0.contains(".base_layer.") }
    rank = shape(endingWith: ".lora_A.default.weight")?.first
    hasClassPerFrame = entry.shape.count == 2
    let embedding = shape(endingWith: ".temporal_embedding")
    frames = embedding.flatMap { $0.count == 3 ? $0[1] : nil }
  }

  /// The map from the names of a model of the given sizes.
  func keys(for configuration: LanguageBindConfiguration) -> KeyMap {
    isWrapped
      ? .languageBindLoRA(overTime: configuration.video != nil, baseLayers: hasBaseLayers)
      : .languageBind
  }
}
