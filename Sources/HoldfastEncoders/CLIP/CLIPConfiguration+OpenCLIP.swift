import HoldfastTensor

extension CLIPConfiguration {
  /// Reads an `open_clip_config.json`; a key that is absent has open_clip's default.
  ///
  /// - Throws: ``EncoderError`` for malformed JSON, towers of another kind, or absurd sizes.
  public init(openCLIP json: [UInt8], file: String) throws(EncoderError) {
    let model = try decodeConfiguration(OpenCLIPFile.self, json, file: file).modelCfg
    let (vision, text) = (model.visionCfg, model.textCfg)
    if let other = vision.timmModelName ?? text.hfModelName {
      throw EncoderError(
        what: "a tower is `\(other)`, from another library", where: file,
        hint: "only open_clip's own vision and text transformers are read")
    }
    let activation: Activation = model.quickGelu ?? false ? .quickGELU : .gelu
    let (width, image) = (vision.width ?? 768, try vision.imageSize?.side(file: file) ?? 224)
    let textWidth = text.width ?? 512
    self = try CLIPConfiguration(
      vision: Vision(
        width: width, layers: vision.layers ?? 12,
        heads: width / max(1, vision.headWidth ?? 64),
        hidden: Self.hidden(width, vision.mlpRatio, file: file), patch: vision.patchSize ?? 16,
        image: image, activation: activation),
      text: Text(
        width: textWidth, layers: text.layers ?? 12, heads: text.heads ?? 8,
        hidden: Self.hidden(textWidth, text.mlpRatio, file: file),
        vocabulary: text.vocabSize ?? 49408, context: text.contextLength ?? 77,
        activation: activation),
      projection: model.embedDim
    ).checked(in: file)
  }

  private static func hidden(
    _ width: Int, _ ratio: Double?, file: String
  ) throws(EncoderError) -> Int {
    guard let hidden = Int(exactly: (Double(width) * (ratio ?? 4)).rounded(.towardZero)) else {
      throw EncoderError(
        what: "an `mlp_ratio` of \(ratio ?? 4) is out of bounds", where: file,
        hint: "the usual ratio is 4")
    }
    return hidden
  }
}

private struct OpenCLIPFile: Decodable {
  var modelCfg: Model

  struct Model: Decodable {
    var embedDim: Int
    var quickGelu: Bool?
    var visionCfg: Vision
    var textCfg: Text
  }

  struct Vision: Decodable {
    var imageSize: Side?
    var layers, width, headWidth, patchSize: Int?
    var mlpRatio: Double?
    var timmModelName: String?
  }

  struct Text: Decodable {
    var contextLength, vocabSize, width, heads, layers: Int?
    var mlpRatio: Double?
    var hfModelName: String?
  }

  /// A side of a square, alone or twice.
  enum Side: Decodable {
    case one(Int)
    case pair([Int])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let side = try? value.decode(Int.self) {
        self = .one(side)
      } else {
        self = .pair(try value.decode([Int].self))
      }
    }

    func side(file: String) throws(EncoderError) -> Int {
      switch self {
      case .one(let side): return side
      case .pair(let sides):
        guard sides.count == 2, sides[0] == sides[1] else {
          throw EncoderError(
            what: "the image is \(sides) pixels, not a square", where: file,
            hint: "only square images are supported")
        }
        return sides[0]
      }
    }
  }
}
