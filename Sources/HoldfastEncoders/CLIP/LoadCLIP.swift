import Foundation
import HoldfastFormats
import HoldfastLayers
public import HoldfastMedia
public import HoldfastTensor
public import HoldfastText

/// A CLIP model with its tokeniser and its preprocessor.
public struct LoadedCLIP {
  /// The towers.
  public let model: CLIPModel
  /// The tokeniser beside the weights; nil when the folder has no tokeniser files.
  public let tokenizer: CLIPTokenizer?
  /// How an image becomes the model's pixels.
  ///
  /// Its mean and deviation are already inside the model.
  public let preprocessor: ImagePreprocessor
}

/// Loads a CLIP model: a Hugging Face or open_clip folder, one of their files, or OpenAI's `.pt`.
///
/// Weights become float32. Sizes come from `config.json` or `open_clip_config.json` beside the
/// weights; without one, files of OpenAI's layout are measured.
///
/// - Parameters:
///   - path: a folder or a file of weights.
///   - vision: weights of a vision tower to put in place of the model's own, such as a robust
///     fine-tuning: a whole model or a tower alone, in either layout.
///   - tokenizer: a folder with tokeniser files; nil for the model's own.
///   - activation: the activation of a file in open_clip's layout without a configuration; OpenAI's
///     own archives need none.
///   - device: the device for the parameters.
/// - Throws: `FormatError` for damaged files, ``EncoderError`` for configurations that cannot be,
///   `CheckpointError` with every key that does not fit, `TextError` and `MediaError` for tokeniser
///   and preprocessor files.
public func loadCLIP(
  at path: String, vision: String? = nil, tokenizer: String? = nil,
  activation: Activation? = nil, device: Device = .cpu
) throws -> LoadedCLIP {
  let source = try openCheckpoint(at: path)
  let folder = ModelFolder(holding: path)
  let layout = try CLIPLayout(of: source)
  let configuration = try folder.configuration(of: source, layout, activation)
  let preprocessor = try folder.preprocessor(for: configuration.vision, layout)
  let normalization = try PixelNormalization(
    mean: preprocessor.mean, std: preprocessor.std, device: device)

  let loader = try ParameterLoader(CheckpointSource(source, keys: layout.keys, device: device))
  let model: CLIPModel
  if let vision {
    let towerSource = try openCheckpoint(at: vision)
    let tower = try CLIPLayout(of: towerSource)
    let towerLoader = try ParameterLoader(
      CheckpointSource(towerSource, keys: tower.keys, device: device))
    model = try CLIPModel(
      configuration, normalization: normalization, from: loader,
      allowing: layout.buffers + layout.visionKeys,
      vision: (towerLoader, tower.buffers + tower.otherKeys))
  } else {
    model = try CLIPModel(
      configuration, normalization: normalization, from: loader, allowing: layout.buffers)
  }
  return LoadedCLIP(
    model: model,
    tokenizer: try (tokenizer.map(ModelFolder.init(holding:)) ?? folder)
      .tokenizer(for: configuration.text, isRequired: tokenizer != nil),
    preprocessor: preprocessor)
}

extension ModelFolder {
  fileprivate func configuration(
    of source: any TensorSource, _ layout: CLIPLayout, _ activation: Activation?
  ) throws -> CLIPConfiguration {
    switch layout {
    case .huggingFace:
      guard let (json, file) = try file("config.json") else {
        throw EncoderError(
          what: "has no config.json beside its weights", where: url.path,
          hint: "weights in transformers' layout need it; download the whole folder")
      }
      return try CLIPConfiguration(huggingFace: json, file: file)
    case .openCLIP:
      if let (json, file) = try file("open_clip_config.json") {
        return try CLIPConfiguration(openCLIP: json, file: file)
      }
      return try CLIPConfiguration(shapesIn: source, layout: layout, activation: activation)
    case .bareVision:
      throw EncoderError(
        what: "is a vision tower without a text tower", where: source.file,
        hint: "load the model it was trained from, and name this file as its vision tower")
    }
  }

  /// What the folder says about preprocessing, or CLIP's own steps at the tower's size.
  fileprivate func preprocessor(
    for vision: CLIPConfiguration.Vision, _ layout: CLIPLayout
  ) throws -> ImagePreprocessor {
    guard let (preprocessor, file) = try writtenPreprocessor else {
      var standard = ImagePreprocessor.clip(size: vision.image)
      if layout == .huggingFace { standard.background = 255 }
      return standard
    }
    let size = ImageSize(width: vision.image, height: vision.image)
    guard preprocessor.outputSize == size else {
      throw EncoderError(
        what: "the preprocessor makes images of "
          + "\(preprocessor.outputSize.map { "\($0)" } ?? "any size"), the tower takes \(size)",
        where: file, hint: "weights and preprocessor are of different models")
    }
    return preprocessor
  }

  /// The preprocessor of the first file that describes one, and the file; nil when none does.
  ///
  /// The order is that of transformers 5: what `processor_config.json` nests counts first.
  private var writtenPreprocessor: (preprocessor: ImagePreprocessor, file: String)? {
    get throws {
      if let (json, file) = try file("processor_config.json"),
        let nested = try ImagePreprocessor(processor: json, file: file)
      {
        return (nested, file)
      }
      for name in ["preprocessor_config.json", "open_clip_config.json"] {
        guard let (json, file) = try file(name) else { continue }
        return (try ImagePreprocessor(json: json, file: file), file)
      }
      return nil
    }
  }
}
