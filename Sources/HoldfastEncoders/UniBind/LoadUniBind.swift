public import HoldfastCore
import HoldfastFormats
import HoldfastLayers
public import HoldfastMedia
public import HoldfastTensor
public import HoldfastText

/// A UniBind model with the tokeniser beside its weights.
public struct LoadedUniBind {
  /// The towers.
  public let model: UniBindModel
  /// The tokeniser; nil if the folder has no tokeniser files.
  public let tokenizer: CLIPTokenizer?
  /// The camera that measures depth; nil if it is unknown, and then depth cannot be prepared.
  public var depthCamera: DepthCamera?

  /// The text tower behind the tokeniser; nil if either is missing.
  public var textEmbedder: CLIPTextEmbedder? {
    guard let tower = model.bind.text, let tokenizer else { return nil }
    return CLIPTextEmbedder(tower: tower, tokenizer: tokenizer)
  }
}

/// Loads a UniBind model from its `pretrained_weights.pt`, or from what its fine-tuning saves.
///
/// Weights become float32. Sizes come from the shapes in the file.
///
/// - Parameters:
///   - path: a folder or a file of weights.
///   - tokenizer: a folder with tokeniser files; nil for the model's own folder.
///   - normalizations: what happens to the pixels of thermal images and of depth inside their
///     towers; UniBind brings heat to [-1, 1].
///   - views: how many clips a video is seen by.
///   - points: how many points a cloud has; no weight depends on it.
///   - depthCamera: the camera that measures depth, as for
///     ``loadImageBind(at:tokenizer:normalizations:views:depthCamera:device:)``.
///   - device: the device for the parameters.
/// - Throws: `FormatError` for damaged files, ``EncoderError`` for sizes that cannot be told or that
///   cannot be, `CheckpointError` with every key that does not fit, `TextError` for tokeniser files.
public func loadUniBind(
  at path: String, tokenizer: String? = nil,
  normalizations: [Modality: ImageBindConfiguration.Normalization] = [.thermal: .centered],
  views: Int = 15, points: Int = 8192, depthCamera: DepthCamera? = nil,
  device: Device = .cpu
) throws -> LoadedUniBind {
  let source = try openCheckpoint(at: path)
  var configuration = try UniBindConfiguration(shapesIn: source, points: points)
  configuration.bind.thermal?.normalization = normalizations[.thermal]
  configuration.bind.depth?.normalization =
    normalizations[.depth] ?? depthCamera.map { _ in .disparity }
  configuration.bind.vision?.views = views
  let model = try UniBindModel(
    configuration,
    from: ParameterLoader(
      CheckpointSource(source, keys: UniBindLayout(of: source).keys, device: device)),
    allowing: UniBindLayout.buffers, device: device)
  let folder = tokenizer.map(ModelFolder.init(holding:)) ?? ModelFolder(holding: path)
  return LoadedUniBind(
    model: model,
    tokenizer: try configuration.bind.text.flatMap {
      try folder.tokenizer(for: $0, isRequired: tokenizer != nil)
    },
    depthCamera: depthCamera)
}
