public import HoldfastLayers

extension KeyMap {
  /// The keys of `transformers.CLIPModel`, also of its towers alone.
  public static let huggingFaceCLIP = KeyMap(
    renames: [
      ("vision.class_embedding", "vision_model.embeddings.class_embedding"),
      ("vision.patch_embedding", "vision_model.embeddings.patch_embedding"),
      ("vision.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
      ("vision.pre_norm", "vision_model.pre_layrnorm"),  // spelt so in every file
      ("vision.blocks", "vision_model.encoder.layers"),
      ("vision.post_norm", "vision_model.post_layernorm"),
      ("vision.projection", "visual_projection"),
      ("text.token_embedding", "text_model.embeddings.token_embedding"),
      ("text.positional_embedding", "text_model.embeddings.position_embedding.weight"),
      ("text.blocks", "text_model.encoder.layers"),
      ("text.final_norm", "text_model.final_layer_norm"),
      ("text.projection", "text_projection"),
      (".norm1.", ".layer_norm1."),
      (".norm2.", ".layer_norm2."),
      (".attention.out.", ".self_attn.out_proj."),
      (".attention.qkv.", ".self_attn.qkv."),
      (".mlp.up.", ".mlp.fc1."),
      (".mlp.down.", ".mlp.fc2."),
    ],
    parts: (".qkv.", [".q_proj.", ".k_proj.", ".v_proj."]))
}
