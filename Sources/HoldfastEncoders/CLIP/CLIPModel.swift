import Foundation
import HoldfastFormats
public import HoldfastLayers
public import HoldfastTensor

/// Both towers of a CLIP model and the scale of its logits.
public struct CLIPModel {
  /// The sizes of the model.
  public let configuration: CLIPConfiguration
  /// The vision tower, which takes pixels in [0, 1].
  public let vision: CLIPVision
  /// The text tower.
  public let text: CLIPText
  /// The natural logarithm of the factor on cosines, a scalar.
  public let logScale: Tensor
  /// Every parameter by name; the towers share these tensors.
  public let parameters: ParameterStore

  let normalization: PixelNormalization

  init(
    _ configuration: CLIPConfiguration, normalization: PixelNormalization,
    from loader: ParameterLoader, allowing: [String],
    vision other: (loader: ParameterLoader, allowing: [String])? = nil
  ) throws {
    vision = CLIPVision(
      (other?.loader ?? loader).root["vision"], configuration.vision,
      embeddingWidth: configuration.projection, normalization: normalization)
    text = CLIPText(
      loader.root["text"], configuration.text, embeddingWidth: configuration.projection)
    logScale = loader.root.parameter("logit_scale", [], .constant(2.6592))
    let parameters = try loader.finish(allowing: allowing)
    self.parameters =
      try other.map { other in
        try parameters.overlaid(by: other.loader.finish(allowing: other.allowing))
      } ?? parameters
    self.configuration = configuration
    self.normalization = normalization
  }

  /// A model over the given parameters, which it shares.
  ///
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped.
  public init(
    _ configuration: CLIPConfiguration, parameters: ParameterStore,
    normalization: PixelNormalization
  ) throws {
    try self.init(
      configuration, normalization: normalization,
      from: ParameterLoader(StoreSource(parameters)), allowing: [])
  }

  /// A fresh model, to train from scratch.
  public init(
    _ configuration: CLIPConfiguration, initializedBy generator: Generator,
    normalization: PixelNormalization, device: Device = .cpu
  ) throws {
    let checked = try configuration.checked(in: "the configuration given")
    try self.init(
      checked, normalization: normalization,
      from: ParameterLoader(InitialSource(generator, device: device)), allowing: [])
  }

  /// This model with other parameters of the same names, such as trainable copies.
  public func with(_ parameters: ParameterStore) throws -> CLIPModel {
    try CLIPModel(configuration, parameters: parameters, normalization: normalization)
  }

  /// The factor on cosines.
  public func scale() throws(TorchError) -> Double { Foundation.exp(try logScale.item()) }

  /// Writes `model.safetensors` and `config.json` as transformers reads them, into a folder.
  ///
  /// Tokeniser and preprocessor files are those of the model it came from; they are not written.
  /// - Throws: what the system refuses, and `FormatError`.
  public func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try parameters.write(to: "\(folder)/model.safetensors", keys: .huggingFaceCLIP)
    try Data(configuration.huggingFaceJSON()).write(
      to: URL(fileURLWithPath: "\(folder)/config.json"), options: .atomic)
  }
}
