public import HoldfastTensor

/// From waveforms to a model's mel input, as differentiable tensor code.
///
/// What ``SoundPreprocessor`` does in the space of mel spectrograms, so that an attack may act on the
/// waveform. Chunks start at the first place of their range, whatever the preprocessor's seed.
public struct SoundFrontEnd {
  /// The conventions it follows.
  public let preprocessor: SoundPreprocessor
  private let bank: MelFilterBank

  /// The front end of a preprocessor.
  ///
  /// - Throws: ``MediaError`` for settings that cannot be those of a model.
  public init(_ preprocessor: SoundPreprocessor, device: Device = .cpu) throws {
    try preprocessor.check()
    self.preprocessor = preprocessor
    bank = try MelFilterBank(rate: preprocessor.rate, mels: preprocessor.mels, device: device)
  }

  /// The samples of the waveforms that ``SoundPreprocessor`` makes for it.
  public var samples: Int {
    switch preprocessor.space {
    case .waveform(let samples): samples
    case .mel:
      switch preprocessor.onWaveform().space {
      case .waveform(let samples): samples
      case .mel: 0
      }
    }
  }

  /// The sizes of the model's input, without the batch axis.
  public var outputShape: [Int] { preprocessor.melShape }

  /// The model's input: `(B, n)` at the model's rate gives `(B, …)` of ``outputShape``.
  ///
  /// - Throws: `TorchError` with code `shape` for waveforms that are shorter than a frame.
  public func callAsFunction(_ waveform: Tensor) throws(TorchError) -> Tensor {
    guard waveform.rank == 2 else {
      throw TorchError(
        code: .shape, operation: "sound front end",
        message: "takes waveforms [B, n], not \(waveform.shape)")
    }
    return try spectrograms(waveform.unsqueezed(1))
  }

  /// The same for sounds of several channels: `(B, C, n)`.
  ///
  /// A generator draws the starts of chunks.
  func spectrograms(
    _ sound: Tensor, generator: Generator? = nil
  ) throws(TorchError) -> Tensor {
    let batch = sound.shape[0]
    let samples = sound.shape[2]
    let mel: Tensor
    switch preprocessor.clips {
    case .spread(let count, let seconds):
      let places = SoundClips.spread(count, seconds, samples: samples, rate: preprocessor.rate)
      var clips: [Tensor] = []
      for place in places { clips.append(try centered(sound.slice(2, place))) }
      let length = places.first?.count ?? 0
      let all = try Tensor.stacking(clips, 1).reshaped([batch * count, length])
      mel = try fitted(energies(all))  // (B · count, M, T)
    case .chunks:
      mel = try chunks(of: energies(centered(sound)), generator)  // (B, 3, M, T)
    case .start(let seconds):
      let length = SoundPreprocessor.samples(in: seconds, rate: preprocessor.rate)
      let heard = min(length, samples)
      let clip = try sound.slice(2, 0..<heard).padded([0, length - heard])
      mel = try fitted(energies(centered(clip)))  // (B, M, T)
    }
    let normalized = try (mel - preprocessor.mean) / preprocessor.std
    return try normalized.reshaped([batch] + preprocessor.melShape)
  }

  /// Channel 0 without the mean over all channels and samples: `(B, C, n)` gives `(B, n)`.
  private func centered(_ sound: Tensor) throws(TorchError) -> Tensor {
    try (sound.slice(1, 0..<1) - sound.mean([1, 2], keepAxes: true)).squeezed(1)
  }

  /// Log mel energies with time last: `(B, n)` gives `(B, M, m)`.
  private func energies(_ waveform: Tensor) throws(TorchError) -> Tensor {
    let samples = waveform.shape[1]
    guard bank.frames(in: samples) > 0 else {
      throw TorchError(
        code: .shape, operation: "sound front end",
        message: "a sound of \(samples) samples is shorter than a frame, \(bank.window) samples")
    }
    return try bank(waveform).transposed()
  }

  /// As many frames as the model takes, cut or followed by zeros.
  private func fitted(_ mel: Tensor) throws(TorchError) -> Tensor {
    let (frames, wanted) = (mel.shape[2], preprocessor.frames)
    return frames >= wanted
      ? try mel.slice(2, 0..<wanted) : try mel.padded([0, wanted - frames])
  }

  /// Three excerpts of a spectrogram, or three times the same: `(B, M, m)` gives `(B, 3, M, T)`.
  private func chunks(of mel: Tensor, _ generator: Generator?) throws(TorchError) -> Tensor {
    let (frames, wanted) = (mel.shape[2], preprocessor.frames)
    guard frames > wanted else {
      let copies = [Tensor](repeating: mel, count: (wanted + frames - 1) / frames)
      let tiled = try Tensor.concatenating(copies, 2).slice(2, 0..<wanted)
      return try .stacking([tiled, tiled, tiled], 1)
    }
    let starts = SoundClips.starts(frames: frames, length: wanted, generator: generator)
    var parts: [Tensor] = []
    for start in starts { parts.append(try mel.slice(2, start..<start + wanted)) }
    return try .stacking(parts, 1)
  }
}
