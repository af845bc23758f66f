import Foundation
public import HoldfastCore
import HoldfastFormats
import HoldfastLayers
import HoldfastMedia
public import HoldfastTensor
public import HoldfastText

/// A LanguageBind model of one modality with the tokeniser beside its weights.
///
/// The numbers that its inputs are prepared by are in the model's configuration.
public struct LoadedLanguageBind {
  /// The towers.
  public let model: LanguageBindModel
  /// The tokeniser; nil when the folder has no tokeniser files.
  public let tokenizer: CLIPTokenizer?
}

/// What becomes of the adapters in a file of weights.
public enum LoRAHandling: String, Codable, Hashable, Sendable, CaseIterable {
  /// They are merged into the matrices that they adapt, which costs nothing afterwards.
  case merged
  /// They stay, to be trained on.
  case kept
}

/// Loads a LanguageBind model from a published folder, or from weights with `config.json` beside.
///
/// Weights become float32. What kind of model it is, tuned in full, merged or with adapters, and of
/// which version, shows in the weights; sizes come from the configuration and must fit them.
///
/// - Parameters:
///   - path: a folder or a file of weights.
///   - modality: the modality, for a folder that does not say it. A tower of pictures can be taken
///     for images, thermal images or depth.
///   - lora: what becomes of adapters.
///   - tokenizer: a folder with tokeniser files; nil for the model's own.
///   - device: the device for the parameters.
/// - Throws: `FormatError` for damaged files, ``EncoderError`` for configurations that cannot be,
///   `CheckpointError` with every key that does not fit, `TextError` for tokeniser files.
public func loadLanguageBind(
  at path: String, modality: Modality? = nil, lora: LoRAHandling = .merged,
  tokenizer: String? = nil, device: Device = .cpu
) throws -> LoadedLanguageBind {
  let source = try openCheckpoint(at: path)
  let folder = ModelFolder(holding: path)
  let layout = try LanguageBindLayout(of: source)
  guard let (json, file) = try folder.file("config.json") else {
    throw EncoderError(
      what: "has no config.json beside its weights", where: folder.url.path,
      hint: "download the whole folder")
  }
  let configuration = try LanguageBindConfiguration(
    json: json, file: file, layout: layout, names: [folder.url.path], modality: modality)
  let standard = ImagePreprocessor.clip(size: configuration.clip.vision.image)
  let model = try LanguageBindModel(
    configuration,
    normalization: PixelNormalization(mean: standard.mean, std: standard.std, device: device),
    from: ParameterLoader(
      CheckpointSource(source, keys: layout.keys(for: configuration), device: device)),
    allowing: ["*.position_ids"])
  return LoadedLanguageBind(
    model: lora == .merged ? try model.merged() : model,
    tokenizer: try (tokenizer.map(ModelFolder.init(holding:)) ?? folder)
      .tokenizer(for: configuration.clip.text, isRequired: tokenizer != nil))
}
