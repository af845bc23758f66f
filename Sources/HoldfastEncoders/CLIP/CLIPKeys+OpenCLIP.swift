public import HoldfastLayers

extension KeyMap {
  /// The keys of OpenAI's archives and of open_clip.
  ///
  /// - Parameters:
  ///   - visionPrefix: `visual.`, or nothing for a vision tower that was saved alone.
  ///   - textPrefix: nothing, or `text.` for open_clip's models with a text tower of their own.
  public static func openCLIP(
    visionPrefix: String = "visual.", textPrefix: String = ""
  ) -> KeyMap {
    KeyMap(
      renames: [
        ("vision.class_embedding", visionPrefix + "class_embedding"),
        ("vision.patch_embedding", visionPrefix + "conv1"),
        ("vision.positional_embedding", visionPrefix + "positional_embedding"),
        ("vision.pre_norm", visionPrefix + "ln_pre"),
        ("vision.blocks", visionPrefix + "transformer.resblocks"),
        ("vision.post_norm", visionPrefix + "ln_post"),
        ("vision.projection.weight", visionPrefix + "proj"),
        ("text.token_embedding", textPrefix + "token_embedding"),
        ("text.positional_embedding", textPrefix + "positional_embedding"),
        ("text.blocks", textPrefix + "transformer.resblocks"),
        ("text.final_norm", textPrefix + "ln_final"),
        ("text.projection.weight", textPrefix + "text_projection"),
        (".norm1.", ".ln_1."),
        (".norm2.", ".ln_2."),
        (".attention.out.", ".attn.out_proj."),
        (".attention.qkv.", ".attn.in_proj_"),
        (".mlp.up.", ".mlp.c_fc."),
        (".mlp.down.", ".mlp.c_proj."),
      ],
      transposed: ["vision.projection.weight", "text.projection.weight"])
  }
}
