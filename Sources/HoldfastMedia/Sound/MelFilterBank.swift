import Foundation
public import HoldfastTensor

/// Log mel filter-bank energies of waveforms, as differentiable tensor code.
///
/// Kaldi's fbank as [AST](https://github.com/YuanGongND/ast), ImageBind and LanguageBind call it:
/// frames of 25 ms every 10 ms, each without its mean, pre-emphasis 0.97, symmetric Hann window,
/// power spectrum over the next power of two, triangles in the mel domain from 20 Hz to half the
/// rate, natural logarithm (specs: models and data, section 2.3). Compare
/// [torchaudio](https://github.com/pytorch/audio/blob/main/src/torchaudio/compliance/kaldi.py).
public struct MelFilterBank {
  /// The rate of the waveforms, in Hz.
  public let rate: Int
  /// The number M of mel bins.
  public let mels: Int
  /// The samples of a frame.
  public let window: Int
  /// The samples from one frame to the next.
  public let shift: Int

  /// The length of the Fourier transform.
  private let length: Int
  private let taper: Tensor  // (window - 1)
  private let filters: Tensor  // (length / 2 + 1, M)

  /// The smallest energy, below which all are equal: float32's epsilon.
  private static let leastEnergy = Double(Float.ulpOfOne)

  /// The log energy of silence, ln 1.19e-7; at this floor the gradient is 0.
  public static let floor = Float(log(leastEnergy))

  /// A filter bank of `mels` bins for waveforms of `rate` Hz.
  ///
  /// - Throws: ``MediaError`` for fewer than 4 bins, more than 4096, and rates that are not between
  ///   1000 and 768,000 Hz.
  public init(rate: Int = 16000, mels: Int, device: Device = .cpu) throws {
    guard (4...4096).contains(mels), (1000...768_000).contains(rate) else {
      throw MediaError("there is no filter bank of \(mels) mel bins at \(rate) Hz")
    }
    self.rate = rate
    self.mels = mels
    window = rate * 25 / 1000
    shift = rate * 10 / 1000
    var length = 1
    while length < window { length *= 2 }
    self.length = length
    taper = try Self.taper(window).to(device)
    filters = try Self.filters(rate: rate, mels: mels, length: length).to(device)
  }

  /// How many frames a waveform of `samples` has: those that lie within it.
  public func frames(in samples: Int) -> Int {
    samples < window ? 0 : 1 + (samples - window) / shift
  }

  /// The samples that so many frames cover, at least 1.
  public func samples(of frames: Int) -> Int { window + (frames - 1) * shift }

  /// Log mel energies: `(B, n)` gives `(B, frames(in: n), M)`.
  public func callAsFunction(_ waveform: Tensor) throws(TorchError) -> Tensor {
    let shape = waveform.shape
    guard shape.count == 2 else {
      throw TorchError(
        code: .shape, operation: "mel filter bank",
        message: "takes waveforms [B, n], not \(shape)")
    }
    guard frames(in: shape[1]) > 0 else {
      return try .zeros([shape[0], 0, mels], dtype: waveform.dtype, device: waveform.device)
    }
    let spectrum = try spectrum(of: framed(waveform))
    let power = try spectrum.realPart().squared() + spectrum.imaginaryPart().squared()
    return try power.matmul(filters.to(waveform.dtype))  // (B, m, M)
      .maximum(Self.leastEnergy).log()
  }

  /// Overlapping frames: `(B, n)` gives `(B, m, window)`.
  ///
  /// They are put together from blocks as long as the shift, whose gradients are sums of few terms.
  private func framed(_ waveform: Tensor) throws(TorchError) -> Tensor {
    let shape = waveform.shape
    let count = frames(in: shape[1])
    let blocks = (window + shift - 1) / shift  // those that a frame reaches into
    let size = (count + blocks - 1) * shift
    let fitting =
      size <= shape[1]
      ? try waveform.slice(1, 0..<size) : try waveform.padded([0, size - shape[1]])
    let cut = try fitting.reshaped([shape[0], count + blocks - 1, shift])
    var parts: [Tensor] = []
    for block in 0..<blocks {
      let left = min(shift, window - block * shift)
      parts.append(try cut.slice(1, block..<block + count).slice(2, 0..<left))
    }
    return try .concatenating(parts, 2)
  }

  /// The half spectrum of each frame: `(B, m, window)` gives `(B, m, length / 2 + 1)`, complex.
  ///
  /// The window gives the first sample of a frame the weight 0, and a shift in time does not change
  /// a power spectrum, so that frames may begin with their second sample, which has one before it.
  private func spectrum(of frames: Tensor) throws(TorchError) -> Tensor {
    let level = try frames - frames.mean([-1], keepAxes: true)
    let edged = try level.slice(-1, 1..<window) - level.slice(-1, 0..<window - 1) * 0.97
    return try (edged * taper.to(frames.dtype)).realFourier(length: length)
  }

  /// A bound on the values that waveforms within [-1, 1] have, in any bin.
  ///
  /// The lower of two for each bin. One lets each frequency have the largest magnitude that any
  /// waveform gives it, whose signs are those of the frequency's own response at the worst phase.
  /// The other puts all the energy of the loudest frame at the bin's largest weight (Parseval).
  public var ceiling: Float {
    get throws(TorchError) {
      try withoutGradients { () throws(TorchError) in
        let places = try Tensor.range(window)
        let impulses = try (places.unsqueezed(1) .== places.unsqueezed(0)).to(.float32)
          .to(taper.device)
        let responses = try spectrum(of: impulses)  // (window, length / 2 + 1)
        let (real, imaginary) = (try responses.realPart(), try responses.imaginaryPart())
        var magnitude = try real.select(0, 0).zerosLike()
        let phases = 64
        for phase in 0..<phases {
          let angle = .pi * Double(phase) / Double(phases)
          let turned = try real * cos(angle) + imaginary * sin(angle)
          magnitude = try magnitude.maximum(turned.absolute().sum([0]))
        }
        // What lies between two phases exceeds both by no more than this.
        magnitude = try magnitude / cos(.pi / Double(2 * phases))
        let apart = try magnitude.squared().unsqueezed(0).matmul(filters)  // (1, M)
        // Without mean and with pre-emphasis a sample is at most 2 times its weight; of the energy
        // that is spread over `length` frequencies, half lies in the half spectrum.
        let loudest = try taper.squared().sum().item() * 4 * Double(length) / 2
        let together = try filters.max([0], keepAxes: true) * loudest  // (1, M)
        let most = try apart.minimum(together).max().item()
        return Float(log(max(most, Self.leastEnergy)))
      }
    }
  }

  /// The symmetric Hann window without its first weight, which is 0.
  private static func taper(_ window: Int) throws(TorchError) -> Tensor {
    let turn = 2 * Double.pi / Double(window - 1)
    return try Tensor((1..<window).map { Float(0.5 - 0.5 * cos(turn * Double($0))) })
  }

  /// The weight of each frequency in each mel bin: `(length / 2 + 1, M)`; the last frequency has 0.
  ///
  /// In float32 in the reference's order: with weights this close to an edge its rounding shows, and
  /// the models were trained with it.
  private static func filters(
    rate: Int, mels: Int, length: Int
  ) throws(TorchError) -> Tensor {
    func mel(_ frequency: Double) -> Double { 1127 * log(1 + frequency / 700) }
    let low = mel(20)
    let step = (mel(Double(rate) / 2) - low) / Double(mels + 1)
    let bins = try Tensor.range(mels, dtype: .float32)
    let (left, center, right) = (
      try bins * step + low, try (bins + 1) * step + low, try (bins + 2) * step + low
    )
    let frequencies =
      try Tensor.range(length / 2, dtype: .float32)
      * (Double(rate) / Double(length))
    let places = try ((frequencies / 700 + 1).log() * 1127).unsqueezed(1)  // (length / 2, 1)
    let rising = try (places - left) / (center - left)
    let falling = try (right - places) / (right - center)
    return try rising.minimum(falling).maximum(0).padded([0, 0, 0, 1])
  }
}
