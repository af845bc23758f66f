import HoldfastTensor

/// Which parts of a sound a model hears, and what stands in for what is missing.
public enum SoundClips: Codable, Hashable, Sendable {
  /// Clips of the same length, the first at the start, the last at the end, the others evenly
  /// between: `(count, 1, M, T)`.
  ///
  /// A clip with fewer frames than the model takes is filled up with 0 before normalisation
  /// (ImageBind).
  case spread(count: Int, seconds: Double)

  /// Three excerpts of the spectrogram as three channels: `(3, M, T)`.
  ///
  /// The possible starts of an excerpt are cut into three ranges. Each excerpt starts at the first
  /// place of its range, or, with a seed, at one that the seed and the samples draw. A spectrogram
  /// that is too short is repeated, and then all channels are the same (LanguageBind, which draws
  /// at random).
  case chunks(seed: UInt64?)

  /// The start of the sound, followed by silence if it is too short: `(1, M, T)`.
  case start(seconds: Double)
}

extension SoundClips {
  /// The ranges of the clips of ``spread(count:seconds:)`` in a waveform of `samples`.
  ///
  /// As in pytorchvideo's `ConstantClipsPerVideoSampler`, which works with exact fractions of the
  /// duration in float64.
  static func spread(
    _ count: Int, _ seconds: Double, samples: Int, rate: Int
  ) -> [Range<Int>] {
    let length = SoundPreprocessor.samples(in: seconds, rate: rate)
    let room = max(Double(samples) / Double(rate) - seconds, 0)
    let gaps = max(count - 1, 1)
    return (0..<count).map { index in
      let start = min(floorOfProduct(room, Double(index * rate) / Double(gaps)), samples)
      return start..<min(start + length, samples)
    }
  }

  /// The largest whole number not above a · b, without the rounding of the product.
  private static func floorOfProduct(_ a: Double, _ b: Double) -> Int {
    let product = a * b
    let below = product.rounded(.down)
    let remainder = (-product).addingProduct(a, b)
    return Int(below == product && remainder < 0 ? below - 1 : below)
  }

  /// The starts of three chunks of `length` frames in a spectrogram of more than `length` frames.
  ///
  /// The places are cut as numpy's `array_split` cuts them; an empty range stands for place 0.
  static func starts(frames: Int, length: Int, generator: Generator?) -> [Int] {
    let places = frames - length + 1
    var generator = generator
    var next = 0
    return (0..<3).map { part in
      let size = places / 3 + (part < places % 3 ? 1 : 0)
      guard size > 0 else { return 0 }
      defer { next += size }
      return next + (generator?.integer(below: size) ?? 0)
    }
  }
}
