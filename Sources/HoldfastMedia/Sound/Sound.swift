/// Samples of one or more channels at one rate, free of tensors.
///
/// Whole-number samples of a file lie in [-1, 1): a 16-bit sample is s / 32768, as `soundfile` and
/// torchaudio have it. Samples that a file holds as floats, or that a lossy codec makes, are kept as
/// they are and may lie outside.
public struct Sound: Hashable, Sendable {
  /// Frames in a second.
  public let rate: Int

  /// The samples, channel by channel: `[channels][frames]`; at least one of each, all finite.
  public let channels: [[Float]]

  /// Wraps samples.
  ///
  /// Throws when the rate is not positive, when there is no channel or no frame, when channels differ
  /// in length, and on a sample that is not a finite number.
  public init(rate: Int, channels: [[Float]]) throws(MediaError) {
    guard rate > 0 else { throw MediaError("a sound cannot have a rate of \(rate) Hz") }
    guard let frames = channels.first?.count, frames > 0,
      channels.allSatisfy({ $0.count == frames })
    else {
      throw MediaError(
        "a sound cannot be made from channels of \(channels.map(\.count)) samples")
    }
    guard channels.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw MediaError("the sound has samples that are not finite numbers")
    }
    self.rate = rate
    self.channels = channels
  }

  /// The samples of each channel, at least 1.
  public var frames: Int { channels.first?.count ?? 0 }

  /// How long it lasts.
  public var seconds: Double { Double(frames) / Double(rate) }
}
