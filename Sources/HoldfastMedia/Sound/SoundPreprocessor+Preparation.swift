import HoldfastFormats
import HoldfastTensor

extension SoundPreprocessor: Preparation {
  /// The mel input's sizes, or the waveform's.
  public var outputShape: [Int]? {
    switch space {
    case .mel: melShape
    case .waveform(let samples): [samples]
    }
  }

  /// A normalised spectrogram or a waveform, as ``space`` says.
  ///
  /// In the space of waveforms channel 0 is cut, or repeated, to the length; with
  /// ``SoundClips/start(seconds:)`` a sound that is too short is followed by silence here too.
  ///
  /// - Throws: ``MediaError`` also for sounds shorter than a frame, and for samples so large that
  ///   their energies are not finite.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    try check()
    let (sound, name) = try Self.sound(from: source)
    do {
      let values = try withoutGradients { () throws in try self.values(of: sound) }
      guard values.allSatisfy(\.isFinite) else {
        throw MediaError("the sound has samples too large for a spectrogram", file: name)
      }
      return try PreparedInput(values: values, shape: outputShape ?? [])
    } catch let error as MediaError where error.file.isEmpty {
      throw MediaError(error.what, file: name, hint: error.hint)
    }
  }

  private func values(of sound: Sound) throws -> [Float] {
    // A waveform is of channel 0 alone; in a spectrogram all channels have a part in the mean.
    var channels = sound.channels
    if case .waveform = space { channels = Array(channels.prefix(1)) }
    let samples = try Tensor(channels.flatMap { $0 }, [channels.count, sound.frames])
    let resampled = try Resampler(from: sound.rate, to: rate)(samples)  // (C, n)
    if case .waveform(let count) = space {
      return try cut(resampled.clamped(-1, 1).array(of: Float.self), to: count)
    }
    let least = rate * 25 / 1000
    let count = resampled.shape[1]
    var isPadded = false
    if case .start = clips { isPadded = true }
    guard isPadded || count >= least else {
      throw MediaError(
        "the sound has \(count) samples at \(rate) Hz, fewer than the \(least) of one frame",
        hint: "leave the file out")
    }
    var generator: Generator?
    if case .chunks(let seed?) = clips {
      generator = Generator(seed: seed, stream: sound.fingerprint)
    }
    return try SoundFrontEnd(self).spectrograms(resampled.unsqueezed(0), generator: generator)
      .array(of: Float.self)
  }

  private func cut(_ samples: [Float], to count: Int) -> [Float] {
    guard samples.count < count else { return Array(samples.prefix(count)) }
    if case .start = clips {
      return samples + [Float](repeating: 0, count: count - samples.count)
    }
    return (0..<count).map { samples[$0 % samples.count] }
  }

  /// The sound of a source, and what errors call it.
  private static func sound(from source: MediaSource) throws -> (Sound, String) {
    switch source {
    case .medium(.sound(let sound)): return (sound, "")
    case .medium:
      throw MediaError("this is not a sound", hint: "the model takes sounds")
    case .bytes(let bytes, let name):
      return (try decodeSound(bytes, name: name), name)
    case .file(let path):
      let bytes = try FileReader.bytes(of: path)
      return (try decodeSound(bytes, name: path), path)
    }
  }
}

extension Sound {
  /// A number that depends on the samples of channel 0 alone (FNV-1a, 64 bit).
  fileprivate var fingerprint: UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for sample in channels.first ?? [] {
      value = (value ^ UInt64(sample.bitPattern)) &* 0x100_0000_01b3
    }
    return value
  }
}
