import Foundation
public import HoldfastTensor

/// Loads a model of any family that is known here, from a folder or a file of weights.
///
/// The `model_type` in `config.json` beside the weights tells LanguageBind from CLIP.
///
/// - Parameters:
///   - vision: weights of a fine-tuned vision tower to put in place of a CLIP model's own.
///   - device: where the parameters go.
/// - Throws: what the loader of the family throws; ``EncoderError`` for a vision tower that the
///   family takes none of.
public func loadModel(
  at path: String, vision: String? = nil, device: Device = .cpu
) throws -> LoadedModel {
  guard try isLanguageBind(ModelFolder(holding: path)) else {
    return try loadCLIP(at: path, vision: vision, device: device).loaded
  }
  guard vision == nil else {
    throw EncoderError(
      what: "is a LanguageBind model, which takes no vision tower of another file", where: path,
      hint: "leave the vision tower out")
  }
  return try loadLanguageBind(at: path, device: device).loaded
}

/// Whether a folder's configuration says that it is LanguageBind's.
private func isLanguageBind(_ folder: ModelFolder) throws -> Bool {
  struct Kind: Decodable { let modelType: String? }
  guard let (json, _) = try folder.file("config.json") else { return false }
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  let kind = try? decoder.decode(Kind.self, from: Data(json))
  return kind?.modelType?.hasPrefix(LanguageBindConfiguration.typePrefix) ?? false
}
