public import HoldfastCore
public import HoldfastMedia
import HoldfastTensor

extension Subject {
  /// This subject behind a front end, so that an attack acts on what the front end takes.
  ///
  /// - Throws: ``EncoderError`` when the front end makes inputs of another shape than the subject
  ///   takes.
  public func behind(_ frontEnd: some FrontEnd) throws(EncoderError) -> Subject {
    Subject(
      encoder: try FrontEndEncoder(encoder, behind: frontEnd), head: head,
      answerer: FrontEndAnswerer(base: answerer, frontEnd: frontEnd))
  }

  /// This subject of spectrograms behind the front end of a preprocessor, so that it takes waveforms.
  ///
  /// - Throws: as ``behind(_:)``; `MediaError` for settings that cannot be those of a model.
  public func onWaveform(_ preprocessor: SoundPreprocessor) throws -> Subject {
    try behind(SoundFrontEnd(preprocessor, device: encoder.device))
  }

  /// This subject of pictures behind the resize and crop of a preprocessor, so that it takes pictures
  /// of `size`.
  ///
  /// - Throws: as ``behind(_:)``; `MediaError` for a size that cannot be resized.
  public func onPictures(
    of size: ImageSize, _ preprocessor: ImagePreprocessor
  ) throws -> Subject {
    try behind(PictureFrontEnd(preprocessor, size: size, device: encoder.device))
  }
}

/// An answerer behind a front end.
private struct FrontEndAnswerer<Front: FrontEnd>: Answerer {
  let base: any Answerer
  let frontEnd: Front

  var isRandom: Bool { base.isRandom }

  func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction {
    try base.predict(frontEnd.checked(input), noise: &noise)
  }
}
