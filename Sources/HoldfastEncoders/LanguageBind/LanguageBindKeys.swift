public import HoldfastLayers

extension KeyMap {
  /// The keys of a published LanguageBind model that was tuned in full or merged.
  public static let languageBind = huggingFaceCLIP.branching(
    at: "vision.", to: huggingFaceCLIP.preceded(by: temporalRenames))

  /// The keys of a published LanguageBind model with adapters, by the peft library.
  ///
  /// - Parameters:
  ///   - overTime: whether they sit in the attention over time, else in the attention.
  ///   - baseLayers: whether the adapted layer's own weights are called `base_layer`, as since
  ///     peft 0.6.
  public static func languageBindLoRA(overTime: Bool, baseLayers: Bool = false) -> KeyMap {
    let (ours, theirs) =
      overTime
      ? (".temporal_attention.", ".temporal_attn.") : (".attention.", ".self_attn.")
    var renames = [("vision.blocks", wrappedBlocks + "layers")]
    for (layer, key) in [("qkv", "qkv"), ("out", "out_proj")] {
      renames += [
        ("\(ours)\(layer).lora_a", "\(theirs)\(key).lora_A.default.weight"),
        ("\(ours)\(layer).lora_b", "\(theirs)\(key).lora_B.default.weight"),
      ]
      guard baseLayers else { continue }
      renames += ["weight", "bias"].map {
        ("\(ours)\(layer).\($0)", "\(theirs)\(key).base_layer.\($0)")
      }
    }
    return huggingFaceCLIP.branching(
      at: "vision.",
      to: huggingFaceCLIP.preceded(by: renames.map { (from: $0, to: $1) } + temporalRenames))
  }

  /// What stands before `layers` if peft wraps the vision blocks.
  static let wrappedBlocks = "vision_model.encoder.base_model.model."

  private static let temporalRenames = [
    (from: ".temporal_norm.", to: ".temporal_layer_norm1."),
    (from: ".temporal_attention.qkv.", to: ".temporal_attn.qkv."),
    (from: ".temporal_attention.out.", to: ".temporal_attn.out_proj."),
  ]
}
