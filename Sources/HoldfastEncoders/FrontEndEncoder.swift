public import HoldfastCore
public import HoldfastMedia
public import HoldfastTensor

/// What stands between the space that is attacked and the inputs of an encoder, as differentiable
/// tensor code.
public protocol FrontEnd {
  /// What it takes: the space of the attack.
  var input: InputSpec { get }
  /// The sizes of what it makes of one sample.
  var outputShape: [Int] { get }

  /// The encoder's input: `(B, …)` of ``input`` gives `(B, …)` of ``outputShape``.
  func callAsFunction(_ input: Tensor) throws(TorchError) -> Tensor
}

extension SoundFrontEnd: FrontEnd {
  /// Waveforms in [-1, 1] at the model's rate.
  public var input: InputSpec { .waveform(samples: samples) }
}

extension PictureFrontEnd: FrontEnd {
  /// Pictures at their own size.
  public var input: InputSpec { .pixels(height: size.height, width: size.width) }
  /// `(3, H, W)`.
  public var outputShape: [Int] { [3, outputSize.height, outputSize.width] }
}

/// An encoder behind a front end, so that an attack acts on what the front end takes.
///
/// Behind a `SoundFrontEnd` that is what a listener hears: epsilon is in units of the amplitude, and
/// the gradient comes through the mel filter bank (where an energy is at the filter bank's floor it
/// is 0). Behind a `PictureFrontEnd` it is a picture at its own size.
public struct FrontEndEncoder<Base: Encoder, Front: FrontEnd>: Encoder {
  /// The encoder.
  public let base: Base
  /// What stands before it.
  public let frontEnd: Front

  /// `base` behind a front end.
  ///
  /// - Throws: ``EncoderError`` where the front end makes inputs of another shape than `base` takes.
  public init(_ base: Base, behind frontEnd: Front) throws(EncoderError) {
    guard frontEnd.outputShape == base.input.shape else {
      throw EncoderError(
        what: "makes inputs of \(frontEnd.outputShape), and the encoder takes \(base.input.shape)",
        where: "preprocessing", hint: "use the preprocessing that came with the model")
    }
    self.base = base
    self.frontEnd = frontEnd
  }

  /// The base's sense.
  public var modality: Modality { base.modality }
  /// What the front end takes.
  public var input: InputSpec { frontEnd.input }
  /// The width of the base's embeddings.
  public var embeddingWidth: Int { base.embeddingWidth }
  /// Where the base's parameters live.
  public var device: Device { base.device }

  /// Embeddings, not normalised: `(B, …)` gives `(B, D)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another shape.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    try base.embed(shown(input))
  }

  /// What the base is shown.
  private func shown(_ input: Tensor) throws(TorchError) -> Tensor {
    guard Array(input.shape.dropFirst()) == self.input.shape else {
      throw TorchError(
        code: .shape, operation: "front end",
        message: "takes inputs [B] + \(self.input.shape), not \(input.shape)")
    }
    return try frontEnd(input)
  }
}

extension FrontEndEncoder: SitedEncoder where Base: SitedEncoder {
  /// How many blocks the base's tower has.
  public var blockCount: Int { base.blockCount }

  /// As ``embed(_:)``, with `sites` of the base's tower in place.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try base.embed(shown(input), sites: sites)
  }
}

extension FrontEndEncoder: RandomEncoder where Base: RandomEncoder {
  /// Embeddings on one draw of the base's randomness for each row: `(B, …)` gives `(B, D)`.
  public func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor {
    try base.embed(shown(input), noise: &noise)
  }
}

extension Encoder {
  /// This encoder of spectrograms behind the front end of a preprocessor, so that it takes waveforms.
  ///
  /// - Throws: as ``FrontEndEncoder/init(_:behind:)``; `MediaError` for settings that cannot be those
  ///   of a model.
  public func onWaveform(_ preprocessor: SoundPreprocessor) throws -> any Encoder {
    try FrontEndEncoder(self, behind: SoundFrontEnd(preprocessor, device: device))
  }

  /// This encoder of pictures behind the resize and crop of a preprocessor, so that it takes pictures
  /// of `size`.
  ///
  /// - Throws: as ``FrontEndEncoder/init(_:behind:)``; `MediaError` for a size that cannot be resized.
  public func onPictures(
    of size: ImageSize, _ preprocessor: ImagePreprocessor
  ) throws -> any Encoder {
    try FrontEndEncoder(self, behind: PictureFrontEnd(preprocessor, size: size, device: device))
  }
}
