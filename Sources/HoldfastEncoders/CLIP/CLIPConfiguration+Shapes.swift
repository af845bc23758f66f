import HoldfastFormats
import HoldfastTensor

extension CLIPConfiguration {
  /// Works the sizes out from the shapes in a file of OpenAI's or open_clip's layout.
  ///
  /// Heads are 64 wide, as in every model that is shared without a configuration. OpenAI's own
  /// archives, told by their three scalars, have QuickGELU; other files do not say which
  /// activation they were trained with, and the wrong one silently costs several points, so
  /// `activation` must.
  init(
    shapesIn source: any TensorSource, layout: CLIPLayout, activation: Activation?
  ) throws(EncoderError) {
    let shapes = try OpenCLIPShapes(source, textPrefix: layout.textPrefix)
    let patches = try shapes["visual.conv1.weight", rank: 4]
    let positions = try shapes["visual.positional_embedding", rank: 2]
    let hidden = try shapes["visual.transformer.resblocks.0.mlp.c_fc.weight", rank: 2]
    let tokens = try shapes.text("token_embedding.weight", rank: 2)
    let textPositions = try shapes.text("positional_embedding", rank: 2)
    let textHidden = try shapes.text("transformer.resblocks.0.mlp.c_fc.weight", rank: 2)
    let projection = try shapes["visual.proj", rank: 2]

    let (width, textWidth) = (patches[0], tokens[1])
    for width in [width, textWidth] where width < 64 || width % 64 != 0 {
      throw EncoderError(
        what: "a tower has the unusual width \(width), so its number of heads is unknown",
        where: source.file,
        hint: "put the model's open_clip_config.json beside the weights")
    }
    let isOpenAI = source.names.contains("input_resolution")
    guard let activation = activation ?? (isOpenAI ? .quickGELU : nil) else {
      throw EncoderError(
        what: "the activation of the model is unknown", where: source.file,
        hint: "put its open_clip_config.json beside the weights, or name the activation: "
          + "quickGELU for OpenAI's weights and what was fine-tuned from them, else gelu")
    }
    let grid = Int(Double(max(0, positions[0] - 1)).squareRoot().rounded())
    self = try CLIPConfiguration(
      vision: Vision(
        width: width, layers: shapes.blockCount(below: "visual."), heads: width / 64,
        hidden: hidden[0], patch: patches[3], image: grid * patches[3], activation: activation),
      text: Text(
        width: textWidth, layers: shapes.blockCount(below: shapes.textPrefix),
        heads: textWidth / 64, hidden: textHidden[0], vocabulary: tokens[0],
        context: textPositions[0], activation: activation),
      projection: projection[1]
    ).checked(in: source.file)
  }
}

/// The shapes in a file of OpenAI's or open_clip's layout.
private struct OpenCLIPShapes {
  let source: any TensorSource
  let textPrefix: String
  private let names: Set<String>

  init(_ source: any TensorSource, textPrefix: String) throws(EncoderError) {
    self.source = source
    self.textPrefix = textPrefix
    self.names = Set(source.names)
  }

  subscript(_ name: String, rank rank: Int) -> [Int] {
    get throws(EncoderError) {
      guard names.contains(name), let entry = try? source.entry(for: name),
        entry.shape.count == rank, entry.shape.allSatisfy({ (1...(1 << 24)).contains($0) })
      else {
        throw EncoderError(
          what: "has no tensor `\(name)` with \(rank) axes, so the model's sizes are unknown",
          where: source.file,
          hint: "is it a CLIP model with a vision transformer, in OpenAI's or open_clip's layout?")
      }
      return entry.shape
    }
  }

  func text(_ name: String, rank: Int) throws(EncoderError) -> [Int] {
    try self[textPrefix + name, rank: rank]
  }

  func blockCount(below prefix: String) -> Int {
    names.count {
      $0.hasPrefix(prefix + "transformer.resblocks.") && $0.hasSuffix(".attn.in_proj_weight")
    }
  }
}
