import Holdfast

/// Where an attack acts, and so where epsilon lives.
enum AttackPlace: String, CaseIterable {
  /// On the processor's output, at the model's own size.
  case model
  /// On the samples of a sound: the whole front end is inside what is attacked.
  case waveform

  /// An encoder as it is attacked here.
  ///
  /// - Throws: `UsageError` where the sense has no such place.
  func put(_ encoder: any Encoder, _ preparation: any Preparation) throws -> any Encoder {
    switch self {
    case .model: encoder
    case .waveform: try encoder.onWaveform(Self.sound(preparation))
    }
  }

  /// How files are prepared for it.
  func preparation(_ preparation: any Preparation) throws -> any Preparation {
    switch self {
    case .model: preparation
    case .waveform: try Self.sound(preparation).onWaveform()
    }
  }

  private static func sound(_ preparation: any Preparation) throws(UsageError) -> SoundPreprocessor
  {
    guard let sound = preparation as? SoundPreprocessor else {
      throw UsageError(
        "--attack-at waveform is for sounds",
        hint: "leave it out, or audit the audio sense: --data audio=PATH")
    }
    return sound
  }
}
