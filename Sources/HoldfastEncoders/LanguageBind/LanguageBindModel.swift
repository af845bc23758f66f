import Foundation
public import HoldfastLayers
public import HoldfastTensor

/// The tower of one modality of LanguageBind, the text tower, and the scale of their logits.
public struct LanguageBindModel {
  /// The sizes of the model.
  public let configuration: LanguageBindConfiguration
  /// The tower of the modality.
  public let vision: LanguageBindVision
  /// The text tower, which is the same for all modalities.
  public let text: CLIPText
  /// The natural logarithm of the factor on cosines, a scalar.
  public let logScale: Tensor
  /// Every parameter by name; the towers share these tensors.
  public let parameters: ParameterStore

  let normalization: PixelNormalization

  init(
    _ configuration: LanguageBindConfiguration, normalization: PixelNormalization,
    from loader: ParameterLoader, allowing: [String]
  ) throws {
    vision = LanguageBindVision(
      loader.root["vision"], configuration, normalization: normalization)
    text = CLIPText(
      loader.root["text"], configuration.clip.text,
      embeddingWidth: configuration.clip.projection)
    logScale = loader.root.parameter("logit_scale", [], .constant(2.6592))
    parameters = try loader.finish(allowing: allowing)
    self.configuration = configuration
    self.normalization = normalization
  }

  /// A model over the given parameters, which it shares.
  ///
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped.
  public init(
    _ configuration: LanguageBindConfiguration, parameters: ParameterStore,
    normalization: PixelNormalization
  ) throws {
    try self.init(
      configuration, normalization: normalization,
      from: ParameterLoader(StoreSource(parameters)), allowing: [])
  }

  /// A fresh model, to train from scratch.
  public init(
    _ configuration: LanguageBindConfiguration, initializedBy generator: Generator,
    normalization: PixelNormalization, device: Device = .cpu
  ) throws {
    _ = try configuration.clip.checked(in: "the configuration given")
    try self.init(
      configuration.checked(in: "the configuration given"), normalization: normalization,
      from: ParameterLoader(InitialSource(generator, device: device)), allowing: [])
  }

  /// This model with other parameters of the same names, such as trainable copies.
  public func with(_ parameters: ParameterStore) throws -> LanguageBindModel {
    try LanguageBindModel(configuration, parameters: parameters, normalization: normalization)
  }

  /// This model with its adapters merged into the matrices that they adapt.
  public func merged() throws -> LanguageBindModel {
    guard let lora = configuration.lora else { return self }
    var plain = configuration
    plain.lora = nil
    return try LanguageBindModel(
      plain, parameters: parameters.merging(lora), normalization: normalization)
  }

  /// The factor on cosines.
  public func scale() throws(TorchError) -> Double { Foundation.exp(try logScale.item()) }

  /// The keys under which the published folders keep the parameters.
  public var keys: KeyMap {
    configuration.lora == nil
      ? .languageBind : .languageBindLoRA(overTime: configuration.video != nil)
  }
}
