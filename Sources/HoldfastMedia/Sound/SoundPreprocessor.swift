/// The space in which a sound is prepared, and so the one in which an attack acts.
public enum SoundSpace: Codable, Hashable, Sendable {
  /// The normalised log mel spectrogram, as the model takes it. Epsilon is in units of that: one
  /// unit is `std` nepers of energy.
  case mel
  /// The waveform of one channel at the model's rate, within [-1, 1], cut or repeated to `samples`.
  /// Epsilon is in units of the amplitude.
  case waveform(samples: Int)
}

/// How a sound file becomes an audio model's input.
///
/// The sound is resampled to the model's rate, the mean over all channels and samples of a clip is
/// subtracted, channel 0 becomes a log mel spectrogram, and (x - mean) / std the model's input. In
/// the space of waveforms preparation ends before the mean, and ``SoundFrontEnd`` does the rest.
public struct SoundPreprocessor: Hashable, Sendable, Codable {
  /// The model's rate, in Hz.
  public var rate: Int
  /// The mel bins M.
  public var mels: Int
  /// The frames T of a clip.
  public var frames: Int
  /// Which parts of the sound are heard.
  public var clips: SoundClips
  /// What is subtracted from a log mel energy.
  public var mean: Double
  /// What it is divided by then.
  public var std: Double
  /// What preparation makes, and so where epsilon lives.
  public var space: SoundSpace

  /// Creates a preprocessor, in the space of mel spectrograms unless said otherwise.
  public init(
    rate: Int = 16000, mels: Int, frames: Int, clips: SoundClips, mean: Double, std: Double,
    space: SoundSpace = .mel
  ) {
    self.rate = rate
    self.mels = mels
    self.frames = frames
    self.clips = clips
    self.mean = mean
    self.std = std
    self.space = space
  }

  /// ImageBind's and UniBind's: 3 clips of 2 s, `(3, 1, 128, 204)`, whose embeddings are averaged.
  ///
  /// If clips overlap, as in a sound of less than 6 s, the released code has subtracted the mean of
  /// the clip before from what they share. Each frame loses its own mean anyhow, so that only the
  /// frames on the edge of the overlap differ, and hardly.
  public static func imageBind() -> SoundPreprocessor {
    SoundPreprocessor(
      mels: 128, frames: 204, clips: .spread(count: 3, seconds: 2), mean: -4.268, std: 9.138)
  }

  /// LanguageBind's: three chunks of the whole spectrogram, `(3, mels, frames)`.
  ///
  /// The values are those of the model's configuration (`num_mel_bins`, `target_length`,
  /// `audio_sample_rate`, `audio_mean`, `audio_std`); the defaults are Audio_FT's. It divides by
  /// twice `deviation`. Without a seed the chunks are the first of each range, and the same for every
  /// run.
  public static func languageBind(
    mels: Int = 112, frames: Int = 1036, rate: Int = 16000, mean: Double = -4.2677393,
    deviation: Double = 4.5689974, seed: UInt64? = nil
  ) -> SoundPreprocessor {
    SoundPreprocessor(
      rate: rate, mels: mels, frames: frames, clips: .chunks(seed: seed), mean: mean,
      std: 2 * deviation)
  }

  /// One clip from the start of the sound, `(1, mels, frames)`, for small models.
  ///
  /// `frames` are those of a clip of `seconds` unless given. The mean and deviation are AST's.
  public static func clip(
    seconds: Double, mels: Int, frames: Int? = nil, rate: Int = 16000, mean: Double = -4.268,
    std: Double = 9.138
  ) -> SoundPreprocessor {
    let (window, shift) = Self.frame(rate: rate)
    let samples = Self.samples(in: seconds, rate: rate)
    let whole = samples >= window ? 1 + (samples - window) / shift : 0
    return SoundPreprocessor(
      rate: rate, mels: mels, frames: frames ?? whole, clips: .start(seconds: seconds), mean: mean,
      std: std)
  }

  /// The same in the space of waveforms.
  ///
  /// The length is `samples`, else what the clips need: all clips side by side
  /// (``SoundClips/spread(count:seconds:)``), the frames of one chunk (``SoundClips/chunks(seed:)``),
  /// or one clip.
  public func onWaveform(samples: Int? = nil) -> SoundPreprocessor {
    var other = self
    other.space = .waveform(samples: samples ?? clipSamples)
    return other
  }

  /// The samples that the clips need; settings that cannot be a model's give some number.
  private var clipSamples: Int {
    switch clips {
    case .spread(let count, let seconds):
      return min(max(0, count), 1000) * Self.samples(in: seconds, rate: rate)
    case .chunks:
      let (window, shift) = Self.frame(rate: rate)
      return window + (min(max(1, frames), 1_000_000) - 1) * shift
    case .start(let seconds): return Self.samples(in: seconds, rate: rate)
    }
  }

  /// The samples in a duration, rounded down.
  static func samples(in seconds: Double, rate: Int) -> Int {
    Int(min(max(0, seconds), 86400) * Double(min(max(0, rate), 768_000)))
  }

  /// The samples of a frame, and those from one to the next; at least 1.
  private static func frame(rate: Int) -> (window: Int, shift: Int) {
    let rate = min(max(100, rate), 768_000)
    return (rate * 25 / 1000, rate * 10 / 1000)
  }

  /// The sizes of the model's mel input, without a batch axis.
  public var melShape: [Int] {
    switch clips {
    case .spread(let count, _): [count, 1, mels, frames]
    case .chunks: [3, mels, frames]
    case .start: [1, mels, frames]
    }
  }

  /// The unit of epsilon in this space.
  public var unit: String {
    switch space {
    case .mel: "normalised mel"
    case .waveform: "waveform amplitude"
    }
  }

  /// The legal values in this space.
  ///
  /// [-1, 1] for waveforms. For spectrograms from silence to the largest energy that the filter bank
  /// gives for waveforms within [-1, 1] (``MelFilterBank/ceiling``), and a millionth more for
  /// rounding.
  public var range: ClosedRange<Float> {
    get throws {
      if case .waveform = space { return -1...1 }
      try check()
      let bank = try MelFilterBank(rate: rate, mels: mels)
      let ends = try [MelFilterBank.floor, bank.ceiling, 0].map { (Double($0) - mean) / std }
      let (low, high) = (ends.min() ?? 0, ends.max() ?? 0)
      // Spectrograms are of float32 throughout, and rounded a few times.
      return Float(low - 1e-6 * max(1, abs(low)))...Float(high + 1e-6 * max(1, abs(high)))
    }
  }

  /// Throws when the settings cannot be those of a model.
  func check() throws(MediaError) {
    func require(_ holds: Bool, _ what: String) throws(MediaError) {
      guard holds else { throw MediaError("the preprocessing of sounds has \(what)") }
    }
    try require((1000...768_000).contains(rate), "a rate of \(rate) Hz")
    try require((4...4096).contains(mels), "\(mels) mel bins")
    try require((1...1_000_000).contains(frames), "\(frames) frames")
    try require(
      mean.isFinite && std.isFinite && std > 0, "mean \(mean) and standard deviation \(std)")
    switch clips {
    case .spread(let count, let seconds):
      try require((1...1000).contains(count), "\(count) clips")
      try require((0.025...86400).contains(seconds), "clips of \(seconds) s")
    case .start(let seconds):
      try require((0.025...86400).contains(seconds), "a clip of \(seconds) s")
    case .chunks: break
    }
    if case .waveform(let samples) = space {
      try require(
        (rate * 25 / 1000...172_800_000).contains(samples), "waveforms of \(samples) samples")
    }
  }
}
