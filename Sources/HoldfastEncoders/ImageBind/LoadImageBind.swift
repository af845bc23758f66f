public import HoldfastCore
import HoldfastFormats
import HoldfastLayers
public import HoldfastMedia
public import HoldfastTensor
public import HoldfastText

/// An ImageBind model with the tokeniser beside its weights.
public struct LoadedImageBind {
  /// The towers.
  public let model: ImageBindModel
  /// The tokeniser; nil if the folder has no tokeniser files.
  public let tokenizer: CLIPTokenizer?
  /// The camera that measures depth; nil if it is unknown, and then depth cannot be prepared.
  public var depthCamera: DepthCamera?

  /// The text tower behind the tokeniser; nil if either is missing.
  public var textEmbedder: CLIPTextEmbedder? {
    guard let tower = model.text, let tokenizer else { return nil }
    return CLIPTextEmbedder(tower: tower, tokenizer: tokenizer)
  }
}

/// Loads an ImageBind model from `imagebind_huge.pth`, or a file of the same layout.
///
/// Weights become float32. Sizes come from the shapes in the file, which may hold some modalities
/// only.
///
/// - Parameters:
///   - path: a folder or a file of weights.
///   - tokenizer: a folder with tokeniser files; nil for the model's own folder.
///   - normalizations: what happens to the pixels of thermal images and of depth inside their
///     towers; without one they stay in [0, 1].
///   - views: how many clips a video is seen by.
///   - depthCamera: the camera that measures depth. With one, depth is prepared and normalised as
///     ``ImageBindConfiguration/Normalization/disparity`` says, unless `normalizations` says
///     otherwise.
///   - device: the device for the parameters.
/// - Throws: `FormatError` for damaged files, ``EncoderError`` for sizes that cannot be told or
///   that cannot be, `CheckpointError` with every key that does not fit, `TextError` for tokeniser
///   files.
public func loadImageBind(
  at path: String, tokenizer: String? = nil,
  normalizations: [Modality: ImageBindConfiguration.Normalization] = [:], views: Int = 15,
  depthCamera: DepthCamera? = nil, device: Device = .cpu
) throws -> LoadedImageBind {
  let source = try openCheckpoint(at: path)
  var configuration = try ImageBindConfiguration(shapesIn: source)
  configuration.thermal?.normalization = normalizations[.thermal]
  configuration.depth?.normalization =
    normalizations[.depth] ?? depthCamera.map { _ in .disparity }
  configuration.vision?.views = views
  let model = try ImageBindModel(
    configuration,
    from: ParameterLoader(CheckpointSource(source, keys: .imageBind(), device: device)),
    allowing: KeyMap.imageBindBuffers, device: device)
  let folder = tokenizer.map(ModelFolder.init(holding:)) ?? ModelFolder(holding: path)
  return LoadedImageBind(
    model: model,
    tokenizer: try configuration.text.flatMap {
      try folder.tokenizer(for: $0, isRequired: tokenizer != nil)
    },
    depthCamera: depthCamera)
}
