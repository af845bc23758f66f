public import HoldfastMedia

extension LanguageBindConfiguration {
  /// How a file becomes what the tower takes, as the released code does it without its random
  /// choices: chunks of sound at the first place of their range, clips unflipped.
  public var preparation: any Preparation {
    switch sense {
    case .image: PlanePreprocessor(side: clip.vision.image)
    case .thermal: ThermalPreprocessor(convention: .languageBind, side: clip.vision.image)
    case .depth(let maximum):
      DepthPreprocessor(measure: .depth(most: maximum), side: clip.vision.image)
    case .audio(let mel): mel.preprocessor
    case .video(let frames):
      ClipPreprocessor(choice: .whole(count: frames.frames), side: clip.vision.image)
    }
  }
}

extension LanguageBindConfiguration.Spectrogram {
  /// How a sound becomes the spectrogram.
  var preprocessor: SoundPreprocessor {
    .languageBind(mels: bins, frames: frames, rate: sampleRate, mean: mean, deviation: std)
  }
}
