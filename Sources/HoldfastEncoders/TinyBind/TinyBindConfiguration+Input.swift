public import HoldfastCore
public import HoldfastMedia

extension TinyBindConfiguration {
  /// How a file becomes what the tower takes.
  public var preparation: any Preparation {
    switch sense {
    case .audio: sound
    case .video(let frames, let side): ClipPreprocessor.general(frames: frames, side: side)
    case .thermal(let side): ThermalPreprocessor.general(side: side)
    case .event(let side): EventPreprocessor(image: .clip(size: side))
    case .points(let count): PointPreprocessor(count: count)
    }
  }

  /// What the tower takes.
  ///
  /// - Throws: `MediaError` for settings of sounds that cannot be.
  public var input: InputSpec {
    get throws {
      switch sense {
      case .audio: .mel(shape: sound.melShape, range: try sound.range)
      case .video(let frames, let side): .clip(frames: frames, height: side, width: side)
      case .thermal(let side):
        InputSpec(shape: [1, side, side], range: 0...1, unit: "pixel range [0, 1]")
      case .event(let side): .pixels(height: side, width: side)
      case .points(let count):
        InputSpec(
          shape: [count, 3], range: nil, unit: PointPreprocessor.unit, patches: .items(axis: 0))
      }
    }
  }

  /// How a sound becomes a spectrogram; for other modalities, none that is used.
  private var sound: SoundPreprocessor {
    guard case .audio(let mels, let rate, let seconds) = sense else {
      return .clip(seconds: 1, mels: 64)
    }
    return .clip(seconds: seconds, mels: mels, rate: rate)
  }
}
