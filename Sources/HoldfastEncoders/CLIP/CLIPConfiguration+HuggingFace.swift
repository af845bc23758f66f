import Foundation
import HoldfastTensor

extension CLIPConfiguration {
  /// Reads the `config.json` of a Hugging Face CLIP folder.
  ///
  /// A key that is absent has the default of `transformers.CLIPConfig`. `file` is what errors call
  /// it.
  /// - Throws: ``EncoderError`` for malformed JSON, another kind of model, or absurd sizes.
  public init(huggingFace json: [UInt8], file: String) throws(EncoderError) {
    try self.init(huggingFace: json, file: file) { $0 == "clip" }
  }

  /// As ``init(huggingFace:file:)``, for models of the types that `isRead` accepts.
  init(
    huggingFace json: [UInt8], file: String, isRead: (String) -> Bool
  ) throws(EncoderError) {
    let written = try decodeConfiguration(HuggingFaceConfig.self, json, file: file)
    guard isRead(written.modelType ?? "clip") else {
      throw EncoderError(
        what: "the model is of type `\(written.modelType ?? "")`, not `clip`", where: file,
        hint: "only CLIP models with a vision transformer are read")
    }
    let (vision, text) = (written.visionConfig ?? .init(), written.textConfig ?? .init())
    guard vision.numChannels ?? 3 == 3 else {
      throw EncoderError(
        what: "the images have \(vision.numChannels ?? 0) channels", where: file,
        hint: "only RGB images are supported")
    }
    let end = text.eosTokenId ?? 49407
    self = try CLIPConfiguration(
      vision: Vision(
        width: vision.hiddenSize ?? 768, layers: vision.numHiddenLayers ?? 12,
        heads: vision.numAttentionHeads ?? 12, hidden: vision.intermediateSize ?? 3072,
        patch: vision.patchSize ?? 32, image: vision.imageSize ?? 224,
        activation: Activation(huggingFace: vision.hiddenAct, file: file),
        epsilon: vision.layerNormEps ?? 1e-5),
      text: Text(
        width: text.hiddenSize ?? 512, layers: text.numHiddenLayers ?? 12,
        heads: text.numAttentionHeads ?? 8, hidden: text.intermediateSize ?? 2048,
        vocabulary: text.vocabSize ?? 49408, context: text.maxPositionEmbeddings ?? 77,
        activation: Activation(huggingFace: text.hiddenAct, file: file),
        epsilon: text.layerNormEps ?? 1e-5,
        // OpenAI's models were converted with a wrong end id, 2, which transformers reads as
        // "take the largest id".
        endToken: end == 2 ? .largest : .id(end)),
      projection: written.projectionDim ?? 512
    ).checked(in: file)
  }

  /// The `config.json` with which transformers and this library read the model back.
  public func huggingFaceJSON() throws -> [UInt8] {
    let end =
      switch text.endToken {
      case .largest: 2
      case .id(let id): id
      }
    let config = HuggingFaceConfig(
      modelType: "clip", architectures: ["CLIPModel"], projectionDim: projection,
      visionConfig: .init(
        hiddenSize: vision.width, intermediateSize: vision.hidden,
        numHiddenLayers: vision.layers, numAttentionHeads: vision.heads,
        hiddenAct: vision.activation.huggingFaceName, layerNormEps: vision.epsilon,
        projectionDim: projection, patchSize: vision.patch, imageSize: vision.image,
        numChannels: 3),
      textConfig: .init(
        hiddenSize: text.width, intermediateSize: text.hidden, numHiddenLayers: text.layers,
        numAttentionHeads: text.heads, hiddenAct: text.activation.huggingFaceName,
        layerNormEps: text.epsilon, projectionDim: projection, vocabSize: text.vocabulary,
        maxPositionEmbeddings: text.context, eosTokenId: end))
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return Array(try encoder.encode(config))
  }
}

/// What a CLIP `config.json` says that bears on the architecture.
private struct HuggingFaceConfig: Codable {
  var modelType: String?
  var architectures: [String]?
  var projectionDim: Int?
  var visionConfig: Tower?
  var textConfig: Tower?

  struct Tower: Codable {
    var hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads: Int?
    var hiddenAct: String?
    var layerNormEps: Double?
    var projectionDim: Int?
    var patchSize, imageSize, numChannels: Int?
    var vocabSize, maxPositionEmbeddings, eosTokenId: Int?
  }
}

extension Activation {
  fileprivate init(huggingFace name: String?, file: String) throws(EncoderError) {
    switch name ?? "quick_gelu" {
    case "quick_gelu": self = .quickGELU
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh": self = .geluTanh
    case let other:
      throw EncoderError(
        what: "the activation `\(other)` is not supported", where: file,
        hint: "use quick_gelu, gelu or gelu_pytorch_tanh")
    }
  }

  fileprivate var huggingFaceName: String {
    switch self {
    case .quickGELU: "quick_gelu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_pytorch_tanh"
    }
  }
}

/// Decodes a configuration with keys in snake case.
func decodeConfiguration<Value: Decodable>(
  _ type: Value.Type, _ json: [UInt8], file: String
) throws(EncoderError) -> Value {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  do {
    return try decoder.decode(type, from: Data(json))
  } catch let error as DecodingError {
    throw EncoderError(
      what: explanation(of: error), where: file,
      hint: "the file must be the model's own configuration, unchanged")
  } catch {
    throw EncoderError(what: "is not JSON", where: file, hint: "download the file again")
  }
}

private func explanation(of error: DecodingError) -> String {
  switch error {
  case .typeMismatch(_, let context), .valueNotFound(_, let context),
    .keyNotFound(_, let context):
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "is not a JSON object" : "`\(path)` has a value of the wrong kind"
  default:
    return "is not JSON"
  }
}
