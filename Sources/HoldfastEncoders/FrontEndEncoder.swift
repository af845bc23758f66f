public import HoldfastCore
public import HoldfastMedia
public import HoldfastTensor

/// Differentiable tensor code between the attacked space and the inputs of an encoder.
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
/// Behind a `SoundFrontEnd` that is what a listener hears: epsilon is in units of the amplitude,
/// and the gradient comes through the mel filter bank (0 for an energy at the filter bank's floor).
/// Behind a `PictureFrontEnd` it is a picture at its own size.
public struct FrontEndEncoder<Front: FrontEnd>: EncoderWrapper {
  /// The encoder.
  public let base: any Encoder
  /// The front end before it.
  public let frontEnd: Front

  /// `base` behind a front end.
  ///
  /// - Throws: ``EncoderError`` when the front end makes inputs of another shape than `base` takes.
  public init(_ base: any Encoder, behind frontEnd: Front) throws(EncoderError) {
    guard frontEnd.outputShape == base.input.shape else {
      throw EncoderError(
        what: "makes inputs of \(frontEnd.outputShape), but the encoder takes \(base.input.shape)",
        where: "preprocessing", hint: "use the preprocessing that came with the model")
    }
    self.base = base
    self.frontEnd = frontEnd
  }

  /// The input space of the front end.
  public var input: InputSpec { frontEnd.input }

  /// Embeddings of what the front end makes, not normalised: `(B, …)` gives `(B, D)`.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another shape.
  public func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try base.embed(frontEnd.checked(input), sites: sites, noise: &noise)
  }
}

extension FrontEnd {
  /// The output of the front end, which the encoder takes.
  ///
  /// - Throws: `TorchError` with code `shape` for inputs of another shape.
  func checked(_ input: Tensor) throws(TorchError) -> Tensor {
    guard Array(input.shape.dropFirst()) == self.input.shape else {
      throw TorchError(
        code: .shape, operation: "front end",
        message: "takes inputs [B] + \(self.input.shape), not \(input.shape)")
    }
    return try self(input)
  }
}
