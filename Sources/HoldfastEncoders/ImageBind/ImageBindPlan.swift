import HoldfastCore
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor

/// The parts of ImageBind's tower for one modality.
struct ImageBindPlan {
  /// The modalities that can have a tower, besides text, in the order in which a model has them.
  static let modalities: [Modality] = [.image, .video, .audio, .thermal, .depth, .inertial]
  /// The names under which a model keeps the parameters of its towers.
  static let scopes = ["vision", "text", "audio", "thermal", "depth", "inertial"]

  /// The modality.
  let modality: Modality
  /// The name under which the model keeps the tower's parameters.
  let scope: String
  /// The sizes of the transformer.
  let trunk: ImageBindConfiguration.Trunk
  /// How inputs are cut into patches.
  let stem: ImageBindStem.Kind
  /// What the tower takes.
  let input: InputSpec
  /// What is subtracted from pixels and what they are divided by, for each channel.
  var normalization: (mean: [Float], std: [Float])?
  /// How often an image is repeated to be a clip.
  var repeats: Int?
  /// Whether an input is several clips, whose embeddings are averaged.
  var hasClips = false

  /// Whether it is the tower of images and clips, which is the one with a norm before its blocks,
  /// without one behind its patches, without extra keys and without a scale.
  var isVision: Bool { scope == "vision" }
}

extension ImageBindConfiguration {
  /// The tower of a modality at the root of a model's names; nil for a modality without a tower
  /// here.
  ///
  /// - Throws: as ``plan(for:)``, and `TorchError`.
  func tower(
    for modality: Modality, at root: ParameterScope, device: Device
  ) throws -> ImageBindTower? {
    try plan(for: modality).map { plan in
      try ImageBindTower(root[plan.scope], plan, embeddingWidth: projection, device: device)
    }
  }

  /// The plan of a modality; nil for a modality without a tower here.
  ///
  /// - Throws: `MediaError` for settings of sounds that cannot be.
  func plan(for modality: Modality) throws -> ImageBindPlan? {
    switch modality {
    case .image: vision.map { $0.plan(.image) }
    case .video: vision.map { $0.plan(.video) }
    case .audio: try audio?.plan()
    case .thermal: thermal?.plan(.thermal, scope: "thermal")
    case .depth: depth?.plan(.depth, scope: "depth")
    case .inertial: inertial?.plan()
    default: nil
    }
  }
}

extension ImageBindConfiguration.Vision {
  fileprivate func plan(_ modality: Modality) -> ImageBindPlan {
    let isVideo = modality == .video
    let grid = image / patch
    let size = [frames, patch, patch]
    return ImageBindPlan(
      modality: modality, scope: "vision", trunk: trunk,
      stem: .patches(channels: 3, size: size, stride: size, count: grid * grid),
      input: isVideo
        ? InputSpec(
          shape: [views, 3, frames, image, image], range: 0...1, unit: "pixel range [0, 1]",
          patches: .grid(rows: -2, columns: -1, channels: [0, 1]))
        : .pixels(height: image, width: image),
      normalization: (ImagePreprocessor.clipMean, ImagePreprocessor.clipStd),
      repeats: isVideo ? nil : frames, hasClips: isVideo)
  }
}

extension ImageBindConfiguration.Audio {
  fileprivate func plan() throws -> ImageBindPlan {
    let rows = (sound.mels - patch) / stride + 1
    let columns = (sound.frames - patch) / stride + 1
    return ImageBindPlan(
      modality: .audio, scope: "audio", trunk: trunk,
      stem: .patches(
        channels: 1, size: [patch, patch], stride: [stride, stride], count: rows * columns),
      input: .mel(shape: sound.melShape, range: try sound.range), hasClips: true)
  }
}

extension ImageBindConfiguration.Picture {
  fileprivate func plan(_ modality: Modality, scope: String) -> ImageBindPlan {
    let (grid, size) = (image / patch, [patch, patch])
    return ImageBindPlan(
      modality: modality, scope: scope, trunk: trunk,
      stem: .patches(channels: 1, size: size, stride: size, count: grid * grid),
      input: InputSpec(
        shape: [1, image, image], range: 0...1,
        unit: modality == .depth ? "disparity, 75 pixels" : "pixel range [0, 1]"),
      normalization: normalization.map { ([$0.mean], [$0.std]) })
  }
}

extension ImageBindConfiguration.Inertial {
  fileprivate func plan() -> ImageBindPlan {
    ImageBindPlan(
      modality: .inertial, scope: "inertial", trunk: trunk,
      stem: .windows(axes: Self.axes, length: window, count: samples / window),
      input: InputSpec(
        shape: [Self.axes, samples], range: nil, unit: "inertial reading",
        patches: .window(axis: 1)))
  }
}
