public import HoldfastCore
public import HoldfastMedia
import HoldfastTensor

/// The sizes of an ImageBind model, and the numbers its inputs are prepared by (Girdhar et al.,
/// 2023).
///
/// A model has a transformer for each modality into one space; images and clips share theirs. A
/// model may have some modalities only.
public struct ImageBindConfiguration: Codable, Hashable, Sendable {
  /// The sizes of one transformer.
  public struct Trunk: Codable, Hashable, Sendable {
    /// Tokens are vectors of this width.
    public var width: Int
    /// How many blocks there are.
    public var layers: Int
    /// How many heads each attention has.
    public var heads: Int
    /// The width inside each MLP.
    public var hidden: Int

    /// A transformer of the given sizes; the MLPs are four times as wide as the tokens if not said.
    public init(width: Int, layers: Int, heads: Int, hidden: Int? = nil) {
      self.width = width
      self.layers = layers
      self.heads = heads
      self.hidden = hidden ?? 4 * width
    }
  }

  /// The tower of images and clips.
  public struct Vision: Codable, Hashable, Sendable {
    /// The transformer.
    public var trunk: Trunk
    /// How many frames a patch spans, and so a clip has; an image is repeated as often.
    public var frames: Int
    /// The side of a patch in pixels.
    public var patch: Int
    /// The side of the picture in pixels.
    public var image: Int
    /// How many clips a video is cut into; upstream five in time, each at three places.
    public var views: Int

    /// A tower of the given sizes.
    public init(trunk: Trunk, frames: Int = 2, patch: Int, image: Int, views: Int = 15) {
      self.trunk = trunk
      self.frames = frames
      self.patch = patch
      self.image = image
      self.views = views
    }
  }

  /// The tower of sounds.
  public struct Audio: Codable, Hashable, Sendable {
    /// The transformer.
    public var trunk: Trunk
    /// The side of a patch, in mel bins and frames.
    public var patch: Int
    /// From one patch to the next; smaller than a patch, so that patches overlap.
    public var stride: Int
    /// How a sound becomes the spectrograms of its clips.
    public var sound: SoundPreprocessor

    /// A tower of the given sizes, on spectrograms as the published model takes them if not said.
    public init(
      trunk: Trunk, patch: Int, stride: Int = 10, sound: SoundPreprocessor = .imageBind()
    ) {
      self.trunk = trunk
      self.patch = patch
      self.stride = stride
      self.sound = sound
    }
  }

  /// What is subtracted from pixels in [0, 1], and what they are divided by then.
  public struct Normalization: Codable, Hashable, Sendable {
    /// What is subtracted.
    public var mean: Float
    /// What the difference is divided by.
    public var std: Float

    /// A normalisation by the given numbers.
    public init(mean: Float, std: Float) {
      self.mean = mean
      self.std = std
    }

    /// From [0, 1] to [-1, 1], as UniBind prepares thermal images.
    public static let centered = Normalization(mean: 0.5, std: 0.5)

    /// Disparity as a part of 75 pixels, as ImageBind's authors normalise it for SUN RGB-D.
    public static let disparity = Normalization(mean: 0.0418, std: 0.0295)
  }

  /// A tower of pictures of one channel: thermal images, or depth.
  public struct Picture: Codable, Hashable, Sendable {
    /// The transformer.
    public var trunk: Trunk
    /// The side of a patch in pixels.
    public var patch: Int
    /// The side of the picture in pixels.
    public var image: Int
    /// What happens to pixels in [0, 1] inside the tower; nil if they stay as they are.
    ///
    /// Upstream does not say how it prepared these modalities, so it is the user's choice.
    public var normalization: Normalization?

    /// A tower of the given sizes.
    public init(trunk: Trunk, patch: Int, image: Int, normalization: Normalization? = nil) {
      self.trunk = trunk
      self.patch = patch
      self.image = image
      self.normalization = normalization
    }
  }

  /// The tower of inertial measurements: three axes of acceleration, three of rotation.
  public struct Inertial: Codable, Hashable, Sendable {
    /// The transformer.
    public var trunk: Trunk
    /// How many measurements become a token.
    public var window: Int
    /// How many measurements there are.
    public var samples: Int

    /// How many numbers one measurement has.
    public static let axes = 6

    /// A tower of the given sizes.
    public init(trunk: Trunk, window: Int, samples: Int) {
      self.trunk = trunk
      self.window = window
      self.samples = samples
    }
  }

  /// Images and clips.
  public var vision: Vision?
  /// Sounds.
  public var audio: Audio?
  /// Thermal images.
  public var thermal: Picture?
  /// Depth.
  public var depth: Picture?
  /// Inertial measurements.
  public var inertial: Inertial?
  /// Texts; the tower is built as CLIP's.
  public var text: CLIPConfiguration.Text?
  /// The width of the embeddings.
  public var projection: Int

  /// A model with the modalities that are given.
  public init(
    vision: Vision? = nil, audio: Audio? = nil, thermal: Picture? = nil, depth: Picture? = nil,
    inertial: Inertial? = nil, text: CLIPConfiguration.Text? = nil, projection: Int
  ) {
    self.vision = vision
    self.audio = audio
    self.thermal = thermal
    self.depth = depth
    self.inertial = inertial
    self.text = text
    self.projection = projection
  }

  /// The modalities that have a tower here, without text.
  public var modalities: [Modality] { ImageBindPlan.modalities.filter(has) }

  /// Whether a modality has a tower here.
  func has(_ modality: Modality) -> Bool {
    switch modality {
    case .image, .video: vision != nil
    case .audio: audio != nil
    case .thermal: thermal != nil
    case .depth: depth != nil
    case .inertial: inertial != nil
    case .text: text != nil
    default: false
    }
  }

  /// This configuration without the towers of the other modalities.
  func restricted(to senses: Set<Modality>) -> ImageBindConfiguration {
    var copy = self
    if !senses.contains(.image), !senses.contains(.video) { copy.vision = nil }
    if !senses.contains(.audio) { copy.audio = nil }
    if !senses.contains(.thermal) { copy.thermal = nil }
    if !senses.contains(.depth) { copy.depth = nil }
    if !senses.contains(.inertial) { copy.inertial = nil }
    if !senses.contains(.text) { copy.text = nil }
    return copy
  }
}

extension ImageBindConfiguration {
  /// [The published model](https://github.com/facebookresearch/ImageBind), `imagebind_huge.pth`.
  public static let huge = ImageBindConfiguration(
    vision: Vision(trunk: Trunk(width: 1280, layers: 32, heads: 16), patch: 14, image: 224),
    audio: Audio(trunk: Trunk(width: 768, layers: 12, heads: 12), patch: 16),
    thermal: Picture(trunk: Trunk(width: 768, layers: 12, heads: 12), patch: 16, image: 224),
    depth: Picture(trunk: Trunk(width: 384, layers: 12, heads: 8), patch: 16, image: 224),
    inertial: Inertial(trunk: Trunk(width: 512, layers: 6, heads: 8), window: 8, samples: 2000),
    text: CLIPConfiguration.Text(
      width: 1024, layers: 24, heads: 16, activation: .gelu, epsilon: 1e-6),
    projection: 1024)
}
