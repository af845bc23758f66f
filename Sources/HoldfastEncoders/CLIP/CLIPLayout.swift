import HoldfastFormats
import HoldfastLayers

/// How a file names the tensors of a CLIP model or of its vision tower.
enum CLIPLayout: Hashable {
  /// transformers' `CLIPModel`.
  case huggingFace
  /// OpenAI's and open_clip's; the names of the text tower may have a prefix.
  case openCLIP(textPrefix: String)
  /// open_clip's vision tower alone, saved as `model.visual`.
  case bareVision

  /// Tells the layout from the names in a file.
  init(of source: any TensorSource) throws(EncoderError) {
    let names = Set(source.names)
    if names.contains("vision_model.embeddings.class_embedding") {
      self = .huggingFace
    } else if names.contains("visual.class_embedding") {
      self = .openCLIP(textPrefix: names.contains("text.token_embedding.weight") ? "text." : "")
    } else if names.contains("class_embedding"), names.contains("conv1.weight") {
      self = .bareVision
    } else {
      throw EncoderError(
        what: "holds no CLIP vision transformer under names we know", where: source.file,
        hint: "the layouts are transformers' (vision_model.…), OpenAI's and open_clip's "
          + "(visual.…), and open_clip's vision tower alone (conv1.weight, …)")
    }
  }

  /// What stands before the names of the text tower.
  var textPrefix: String {
    if case .openCLIP(let prefix) = self { prefix } else { "" }
  }

  /// The map from the model's names.
  var keys: KeyMap {
    switch self {
    case .huggingFace: .huggingFaceCLIP
    case .openCLIP(let prefix): .openCLIP(textPrefix: prefix)
    case .bareVision: .openCLIP(visionPrefix: "")
    }
  }

  /// Keys that are not parameters: buffers of older files and OpenAI's scalars.
  var buffers: [String] {
    switch self {
    case .huggingFace: ["*.position_ids"]
    case .openCLIP: ["input_resolution", "context_length", "vocab_size", "*attn_mask"]
    case .bareVision: []
    }
  }

  /// Keys of the vision tower, for a file of which only the rest is wanted.
  var visionKeys: [String] {
    switch self {
    case .huggingFace: ["vision_model.*", "visual_projection.*"]
    case .openCLIP, .bareVision: ["visual.*"]
    }
  }

  /// Keys of everything else, for a file of which only the vision tower is wanted.
  var otherKeys: [String] {
    switch self {
    case .huggingFace: ["text_model.*", "text_projection.*", "logit_scale"]
    case .openCLIP(let prefix) where !prefix.isEmpty: [prefix + "*", "logit_scale"]
    case .openCLIP:
      [
        "token_embedding.*", "positional_embedding", "transformer.*", "ln_final.*",
        "text_projection", "logit_scale",
      ]
    case .bareVision: []
    }
  }
}
