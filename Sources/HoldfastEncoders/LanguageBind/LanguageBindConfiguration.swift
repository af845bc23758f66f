public import HoldfastCore
public import HoldfastLayers
import HoldfastMedia
import HoldfastTensor

/// The sizes of a LanguageBind model, and the numbers its inputs are prepared by (Zhu et al.,
/// 2024).
///
/// The model is a CLIP whose vision tower serves one modality, in the space of a text tower that
/// all modalities share.
public struct LanguageBindConfiguration: Codable, Hashable, Sendable {
  /// The input of an audio tower.
  public struct Spectrogram: Codable, Hashable, Sendable {
    /// Mel bands, the rows of the picture.
    public var bins: Int
    /// Frames of 10 ms, the columns of the picture.
    public var frames: Int
    /// Samples per second of the sound.
    public var sampleRate: Int
    /// What is subtracted from the log-mel values.
    public var mean: Double
    /// The log-mel values are divided by twice this.
    public var std: Double

    /// A spectrogram of the given size.
    public init(bins: Int, frames: Int, sampleRate: Int, mean: Double, std: Double) {
      self.bins = bins
      self.frames = frames
      self.sampleRate = sampleRate
      self.mean = mean
      self.std = std
    }
  }

  /// The input of a video tower.
  public struct Clip: Codable, Hashable, Sendable {
    /// How many frames a clip has.
    public var frames: Int
    /// Whether each frame has a class token of its own, as from version 1.5 on.
    public var hasClassPerFrame: Bool

    /// A clip of the given length.
    public init(frames: Int, hasClassPerFrame: Bool = false) {
      self.frames = frames
      self.hasClassPerFrame = hasClassPerFrame
    }
  }

  /// The modality of the vision tower, with what only this modality has.
  public enum Sense: Codable, Hashable, Sendable {
    /// RGB pictures.
    case image
    /// Infrared pictures.
    case thermal
    /// Distances, cut at `maximum` metres and divided by it; at 0, by the largest of the picture.
    case depth(maximum: Double)
    /// Spectrograms.
    case audio(Spectrogram)
    /// Clips.
    case video(Clip)
  }

  /// The modality of the vision tower.
  public var sense: Sense
  /// The sizes of both towers; the side of the picture counts for every modality but audio.
  public var clip: CLIPConfiguration
  /// The adapters of the vision tower: of the attention over time in a video tower, else of the
  /// attention.
  public var lora: LoRA?

  /// A model of the given sizes.
  public init(sense: Sense, clip: CLIPConfiguration, lora: LoRA? = nil) {
    self.sense = sense
    self.clip = clip
    self.lora = lora
  }

  /// The modality of the vision tower.
  public var modality: Modality {
    switch sense {
    case .image: .image
    case .thermal: .thermal
    case .depth: .depth
    case .audio: .audio
    case .video: .video
    }
  }

  /// What the vision tower takes.
  public var input: InputSpec {
    let side = clip.vision.image
    return switch sense {
    case .image, .thermal, .depth: .pixels(height: side, width: side)
    case .audio(let mel):
      .mel(shape: [3, mel.bins, mel.frames], range: try? mel.preprocessor.range)
    case .video(let clip): .clip(frames: clip.frames, height: side, width: side)
    }
  }

  /// The clip of a video tower.
  var video: Clip? {
    if case .video(let clip) = sense { clip } else { nil }
  }
}

extension LanguageBindConfiguration {
  /// [LanguageBind_Image](https://huggingface.co/LanguageBind/LanguageBind_Image).
  public static let image = large(.image)

  /// [LanguageBind_Thermal](https://huggingface.co/LanguageBind/LanguageBind_Thermal).
  public static let thermal = large(.thermal, lora: LoRA(rank: 2, alpha: 16))

  /// [LanguageBind_Depth](https://huggingface.co/LanguageBind/LanguageBind_Depth).
  public static let depth = large(.depth(maximum: 10), lora: LoRA(rank: 2, alpha: 16))

  /// [LanguageBind_Audio_FT](https://huggingface.co/LanguageBind/LanguageBind_Audio_FT).
  public static let audioFT = large(
    .audio(
      Spectrogram(
        bins: 112, frames: 1036, sampleRate: 16_000, mean: -4.2677393, std: 4.5689974)))

  /// [LanguageBind_Video_FT](https://huggingface.co/LanguageBind/LanguageBind_Video_FT).
  public static let videoFT = large(.video(Clip(frames: 8)))

  /// [LanguageBind_Video_V1.5_FT](https://huggingface.co/LanguageBind/LanguageBind_Video_V1.5_FT).
  public static let videoV15FT = large(.video(Clip(frames: 8, hasClassPerFrame: true)))

  /// The presets, by the names they are known by.
  public static let presets: [(name: String, configuration: LanguageBindConfiguration)] = [
    ("LanguageBind_Image", image), ("LanguageBind_Thermal", thermal),
    ("LanguageBind_Depth", depth), ("LanguageBind_Audio_FT", audioFT),
    ("LanguageBind_Video_FT", videoFT), ("LanguageBind_Video_V1.5_FT", videoV15FT),
  ]

  /// The sizes of CLIP ViT-L/14 as LAION trained it.
  private static func large(_ sense: Sense, lora: LoRA? = nil) -> LanguageBindConfiguration {
    var clip = CLIPConfiguration.vitL14
    clip.vision.activation = .gelu
    clip.text.activation = .gelu
    return LanguageBindConfiguration(sense: sense, clip: clip, lora: lora)
  }
}

extension LanguageBindConfiguration {
  /// Refuses sizes that no model has, before any memory is taken for them.
  ///
  /// - Throws: ``EncoderError`` that names the size.
  func checked(in file: String) throws(EncoderError) -> LanguageBindConfiguration {
    var sizes: [(String, Int, ClosedRange<Int>)] = []
    var numbers: [(String, Double)] = []
    switch sense {
    case .image, .thermal: break
    case .depth(let maximum): numbers = [("maximum depth", maximum)]
    case .audio(let mel):
      let patch = clip.vision.patch
      sizes = [
        ("number of mel bins", mel.bins, patch...max(patch, 4096)),
        ("spectrogram length", mel.frames, patch...max(patch, 65_536)),
        ("sample rate", mel.sampleRate, 1...10_000_000),
      ]
      numbers = [("spectrogram's deviation", mel.std)]
      guard mel.std != 0, mel.mean.isFinite else {
        throw EncoderError(
          what: "the spectrogram's mean \(mel.mean) and deviation \(mel.std) cannot normalise",
          where: file, hint: "check audio_mean and audio_std")
      }
    case .video(let clip): sizes = [("number of frames", clip.frames, 1...1024)]
    }
    if let lora {
      sizes.append(("LoRA rank", lora.rank, 1...65_536))
      numbers.append(("LoRA α", lora.alpha))
    }
    for (name, size, bounds) in sizes where !bounds.contains(size) {
      throw EncoderError(
        what: "a \(name) of \(size) is out of bounds", where: file,
        hint: "it must be between \(bounds.lowerBound) and \(bounds.upperBound)")
    }
    for (name, number) in numbers where !number.isFinite || number < 0 {
      throw EncoderError(
        what: "a \(name) of \(number) is out of bounds", where: file,
        hint: "it must be a number and not negative")
    }
    return self
  }
}
