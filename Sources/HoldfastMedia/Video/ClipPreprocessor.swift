/// How a video becomes a video model's pixels in [0, 1].
///
/// Normalisation is the encoder's, as with ``ImagePreprocessor``.
public struct ClipPreprocessor: Codable, Hashable, Sendable {
  /// How frames are resized, in proportion.
  public enum Scaling: String, Codable, Hashable, Sendable {
    /// Float pixels, bilinear without antialias, as pytorchvideo's `ShortSideScale`.
    case tensor
    /// 8-bit pixels, Pillow's bicubic, as ``ImagePreprocessor/clip(size:)``.
    case pillow
  }

  /// Which frames the model sees.
  public var choice: FrameChoice

  /// The side S of the result.
  public var side: Int

  /// How frames are resized, in proportion.
  public var scaling: Scaling

  /// The seed that decides, with the video's pixels, whether the video is mirrored; nil for never.
  ///
  /// LanguageBind mirrors every other video at random, also when it only looks.
  public var flipSeed: UInt64?

  /// The frames in a second of a source that does not say, such as a folder of pictures.
  public var assumedRate: Double

  /// Creates a preprocessor.
  public init(
    choice: FrameChoice, side: Int = 224, scaling: Scaling = .tensor, flipSeed: UInt64? = nil,
    assumedRate: Double = 25
  ) {
    self.choice = choice
    self.side = side
    self.scaling = scaling
    self.flipSeed = flipSeed
    self.assumedRate = assumedRate
  }

  /// LanguageBind's, `(3, 8, 224, 224)`; `frames` is `num_frames` of the model's configuration.
  ///
  /// The released code normalises before it resizes, which makes the same pixels but for rounding.
  public static func languageBind(frames: Int = 8, flipSeed: UInt64? = nil) -> ClipPreprocessor {
    ClipPreprocessor(choice: .whole(count: frames), flipSeed: flipSeed)
  }

  /// ImageBind's and UniBind's: 5 clips of 2 s of 2 frames each, in 3 crops, `(15, 3, 2, 224, 224)`,
  /// whose embeddings are averaged.
  ///
  /// The released code has no more than one clip of a video of less than 2 s; here it comes five
  /// times, and the average is the same.
  public static func imageBind() -> ClipPreprocessor {
    ClipPreprocessor(choice: .clips(count: 5, seconds: 2, frames: 2))
  }

  /// So many frames of the whole video, resized as images are, `(3, frames, side, side)`, for small
  /// models.
  public static func general(frames: Int, side: Int) -> ClipPreprocessor {
    ClipPreprocessor(choice: .whole(count: frames), side: side, scaling: .pillow)
  }

  /// Throws when the settings cannot be those of a model.
  func check() throws(MediaError) {
    func require(_ holds: Bool, _ what: String) throws(MediaError) {
      guard holds else { throw MediaError("the preprocessing of videos has \(what)") }
    }
    try require((1...4096).contains(side), "a side of \(side)")
    try require(
      assumedRate > 0 && assumedRate <= 1e6, "a rate of \(assumedRate) frames in a second")
    switch choice {
    case .whole(let count): try require((1...1024).contains(count), "\(count) frames")
    case .clips(let count, let seconds, let frames):
      try require((1...1024).contains(count), "\(count) clips")
      try require(
        frames >= 1 && frames <= 1024 / count, "\(count) clips of \(frames) frames")
      try require(seconds > 0 && seconds <= 86400, "clips of \(seconds) s")
    }
    let values = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    try require(values <= 1 << 28, "inputs of \(shape) values")
  }

  var shape: [Int] {
    switch choice {
    case .whole(let count): [3, count, side, side]
    case .clips(let count, _, let frames): [3 * count, 3, frames, side, side]
    }
  }
}
