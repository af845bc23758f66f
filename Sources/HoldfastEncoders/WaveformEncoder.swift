public import HoldfastCore
public import HoldfastMedia
public import HoldfastTensor

/// An encoder of mel spectrograms behind its front end, so that it takes waveforms.
///
/// An attack then acts on what a listener hears: epsilon is in units of the amplitude, and the
/// gradient comes through the mel filter bank. Where an energy is at the filter bank's floor the
/// gradient is 0.
public struct WaveformEncoder<Base: Encoder>: Encoder {
  /// The encoder of spectrograms.
  public let base: Base
  /// What stands before it.
  public let frontEnd: SoundFrontEnd

  /// `base` behind the front end of a preprocessor, which says how long the waveforms are.
  ///
  /// - Throws: ``EncoderError`` where the preprocessor makes inputs of another shape than `base`
  ///   takes; `MediaError` for settings that cannot be those of a model.
  public init(_ base: Base, _ preprocessor: SoundPreprocessor) throws {
    guard preprocessor.melShape == base.input.shape else {
      throw EncoderError(
        what: "makes spectrograms \(preprocessor.melShape), and the encoder takes "
          + "\(base.input.shape)",
        where: "sound preprocessing", hint: "use the preprocessing that came with the model")
    }
    self.base = base
    frontEnd = try SoundFrontEnd(preprocessor, device: base.device)
  }

  /// Sounds, as the base's.
  public var modality: Modality { base.modality }
  /// Waveforms in [-1, 1] at the model's rate.
  public var input: InputSpec { .waveform(samples: frontEnd.samples) }
  /// The width of the base's embeddings.
  public var embeddingWidth: Int { base.embeddingWidth }
  /// Where the base's parameters live.
  public var device: Device { base.device }

  /// Embeddings, not normalised: `(B, samples)` gives `(B, D)`.
  ///
  /// - Throws: `TorchError` with code `shape` for waveforms of another length.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    try base.embed(spectrogram(of: input))
  }

  /// What the base is shown: `(B, samples)` gives `(B, …)` of its input's shape.
  public func spectrogram(of waveform: Tensor) throws(TorchError) -> Tensor {
    let shape = waveform.shape
    guard shape.count == 2, shape[1] == frontEnd.samples else {
      throw TorchError(
        code: .shape, operation: "waveform encoder",
        message: "takes waveforms [B, \(frontEnd.samples)], not \(shape)")
    }
    return try frontEnd(waveform)
  }
}

extension WaveformEncoder: SitedEncoder where Base: SitedEncoder {
  /// How many blocks the base's tower has.
  public var blockCount: Int { base.blockCount }

  /// As ``embed(_:)``, with `sites` of the base's tower in place.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try base.embed(spectrogram(of: input), sites: sites)
  }
}

extension WaveformEncoder: RandomEncoder where Base: RandomEncoder {
  /// Embeddings on one draw of the base's randomness for each row: `(B, samples)` gives `(B, D)`.
  public func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor {
    try base.embed(spectrogram(of: input), noise: &noise)
  }
}

extension Encoder {
  /// This encoder of spectrograms behind the front end of a preprocessor (``WaveformEncoder``).
  ///
  /// - Throws: as ``WaveformEncoder/init(_:_:)``.
  public func onWaveform(_ preprocessor: SoundPreprocessor) throws -> any Encoder {
    try WaveformEncoder(self, preprocessor)
  }
}
