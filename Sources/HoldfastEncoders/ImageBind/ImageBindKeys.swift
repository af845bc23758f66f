public import HoldfastLayers

extension KeyMap {
  /// The keys of the published ImageBind model, `imagebind_huge.pth`.
  ///
  /// - Parameter prefix: what stands before them if the model is part of another.
  public static func imageBind(prefix: String = "") -> KeyMap {
    var map = KeyMap.identity
    for sense in ImageBindPlan.scopes {
      map = map.branching(at: "\(sense).", to: imageBind(sense, prefix))
    }
    return map
  }

  /// The keys of one modality, by the name of its scope.
  private static func imageBind(_ sense: String, _ prefix: String) -> KeyMap {
    let theirs = sense == "inertial" ? "imu" : sense
    let parts = ["preprocessors", "trunks", "heads", "postprocessors"]
      .map { "\(prefix)modality_\($0).\(theirs)" }
    let (inputs, trunk, head, scale) = (parts[0], parts[1], parts[2], parts[3])
    let stem = ["depth": "depth_stem", "inertial": "imu_stem"][sense] ?? "rgbt_stem"
    let hasHelper = sense != "inertial" && sense != "text"
    let norm = sense == "text" ? "\(head).proj.0" : "\(head).0"
    let projection =
      switch sense {
      case "text": "\(head).proj.1"
      case "inertial": "\(head).3"  // there is a dropout before it
      default: "\(head).2"
      }
    return KeyMap(renames: [
      ("\(sense).token_embedding", "\(inputs).token_embedding"),
      ("\(sense).patch_embedding", "\(inputs).\(stem).proj" + (sense == "vision" ? ".1" : "")),
      ("\(sense).patch_norm", "\(inputs).\(stem).norm_layer"),
      ("\(sense).class_embedding", "\(inputs).cls_token"),
      (
        "\(sense).positional_embedding",
        "\(inputs)." + (hasHelper ? "pos_embedding_helper." : "") + "pos_embed"
      ),
      ("\(sense).pre_norm", "\(trunk).pre_transformer_layer.0"),
      ("\(sense).blocks", "\(trunk).blocks"),
      ("\(sense).post_norm", norm),
      ("\(sense).final_norm", norm),
      ("\(sense).projection", projection),
      ("\(sense).log_scale", "\(scale).1.log_logit_scale"),
      (".norm1.", ".norm_1."),
      (".norm2.", ".norm_2."),
      (".attention.qkv.", ".attn.in_proj_"),
      (".attention.out.", ".attn.out_proj."),
      (".attention.bias_", ".attn.bias_"),
      (".mlp.up.", ".mlp.fc1."),
      (".mlp.down.", ".mlp.fc2."),
    ])
  }

  /// Keys of the published model that it can do without: the mask of causal attention.
  static let imageBindBuffers = ["*modality_preprocessors.text.mask"]
}
