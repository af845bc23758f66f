import HoldfastCore
import HoldfastFormats
public import HoldfastLayers

/// How a file names the tensors of a UniBind model.
struct UniBindLayout {
  /// What stands before the names: nothing in the published file, `backbone.` in one that was
  /// fine-tuned.
  let prefix: String

  /// Tells the layout from the names in a file.
  init(of source: any TensorSource) {
    let isTuned = source.names.contains { $0.hasPrefix("backbone.bind.") }
    prefix = isTuned ? "backbone." : ""
  }

  /// Whether a file is one of UniBind's.
  static func isUniBind(_ source: any TensorSource) -> Bool {
    source.names.contains {
      $0.hasPrefix("bind.modality_trunks.") || $0.hasPrefix("backbone.bind.modality_trunks.")
    }
  }

  /// The map from the model's names.
  var keys: KeyMap { .uniBind(prefix: prefix) }

  /// Keys that no embedding depends on: masks, and how often a norm was trained.
  static let buffers = KeyMap.imageBindBuffers + ["*.num_batches_tracked"]
}

extension KeyMap {
  /// The keys of the published UniBind model: ImageBind's behind `bind.`, those of the tower of point
  /// clouds, and the layers that fine-tuning adds.
  ///
  /// - Parameter prefix: what stands before all but the added layers, `backbone.` in a file that was
  ///   fine-tuned.
  public static func uniBind(prefix: String = "") -> KeyMap {
    imageBind(prefix: "\(prefix)bind.")
      .branching(at: "points.", to: points(prefix))
      .branching(at: "projections.", to: projections)
  }

  private static func points(_ prefix: String) -> KeyMap {
    let encoder = "\(prefix)point_encoder.h_encoder"
    var renames: [(from: String, to: String)] = []
    for stage in UniBindConfiguration.published.stages.indices {
      let ours = "points.stages.\(stage)"
      renames += [
        ("\(ours).embedding.first.", "\(encoder).token_embed.\(stage).first_conv."),
        ("\(ours).embedding.second.", "\(encoder).token_embed.\(stage).second_conv."),
        ("\(ours).positions.", "\(encoder).encoder_pos_embeds.\(stage)."),
        ("\(ours).blocks.", "\(encoder).encoder_blocks.\(stage).blocks."),
      ]
    }
    renames += [
      (".attention.qkv.", ".attn.qkv."), (".attention.out.", ".attn.proj."),
      (".mlp.up.", ".mlp.fc1."), (".mlp.down.", ".mlp.fc2."),
      ("points.norm.", "\(prefix)point_encoder.norm."),
      ("points.space.weight", "\(prefix)pc_projection"),
      ("points.head_norm.", "\(prefix)bind.modality_head_point.0."),
      ("points.head.", "\(prefix)bind.modality_head_point.2."),  // there is a dropout before it
      ("points.log_scale", "\(prefix)bind.modality_postprocessor_point.1.log_logit_scale"),
      ("points.logit_scale", "\(prefix)logit_scale"),
    ]
    return KeyMap(renames: renames, transposed: ["points.space.weight"])
  }

  private static var projections: KeyMap {
    KeyMap(
      renames: UniBindConfiguration.projectable.map {
        ("projections.\($0.sense.rawValue).", "mlp_for_\($0.theirs).")
      })
  }
}
