import Foundation
public import HoldfastTensor

/// Waveforms at another rate, by windowed sinc interpolation, as differentiable tensor code.
///
/// The default of [torchaudio's `resample`](https://docs.pytorch.org/audio/stable/generated/torchaudio.functional.resample.html)
/// (`sinc_interp_hann`, 6 zero crossings, roll-off 0.99): the output has one filter for each of its
/// phases, and the same filters again `from / gcd` samples later, so that all of it is one strided
/// convolution (specs: models and data, section 2.3).
public struct Resampler {
  /// The rate that it takes, in Hz.
  public let from: Int
  /// The rate that it makes, in Hz.
  public let to: Int

  /// The rates over their common divisor.
  private let (input, output): (Int, Int)
  /// The samples on each side that a filter reaches.
  private let reach: Int
  private let kernel: Tensor?  // (output, 1, 2 reach + input); none between equal rates

  /// The most weights of a kernel: rates without a common divisor would have billions.
  private static let largestKernel = 1 << 24

  /// A resampler between two rates.
  ///
  /// - Throws: ``MediaError`` for rates that are not positive or whose common divisor is too small.
  public init(from: Int, to: Int, device: Device = .cpu) throws {
    guard from > 0, to > 0 else {
      throw MediaError("a sound of \(from) Hz cannot be resampled to \(to) Hz")
    }
    let divisor = Self.greatestCommonDivisor(from, to)
    let (input, output) = (from / divisor, to / divisor)
    let base = Double(min(input, output)) * 0.99
    let reach = Int((6 * Double(input) / base).rounded(.up))
    let (weights, overflow) = output.multipliedReportingOverflow(by: 2 * reach + input)
    guard from == to || !overflow && weights <= Self.largestKernel else {
      throw MediaError(
        "a sound of \(from) Hz cannot be resampled to \(to) Hz: the rates have only \(divisor) Hz "
          + "in common", hint: "resample the file to 16000, 44100 or 48000 Hz first")
    }
    self.from = from
    self.to = to
    self.input = input
    self.output = output
    self.reach = reach
    kernel =
      from == to
      ? nil
      : try Self.kernel(input: input, output: output, base: base, reach: reach)
        .to(.float32).to(device)
  }

  /// How many samples it makes of `count`, rounded up.
  public func samples(from count: Int) -> Int { (output * count + input - 1) / input }

  /// The waveforms at the rate ``to``: `(B, n)` gives `(B, samples(from: n))`.
  public func callAsFunction(_ waveform: Tensor) throws(TorchError) -> Tensor {
    guard let kernel else { return waveform }
    let shape = waveform.shape
    guard shape.count == 2, shape[1] > 0 else {
      throw TorchError(
        code: .shape, operation: "resample", message: "takes waveforms [B, n], not \(shape)")
    }
    let padded = try waveform.padded([reach, reach + input]).unsqueezed(1)  // (B, 1, n + …)
    let phases = try padded.convolved(kernel.to(waveform.dtype), stride: [input])  // (B, output, m)
    return try phases.transposed().reshaped([shape[0], -1])
      .slice(1, 0..<samples(from: shape[1]))
  }

  /// sinc(π t) cos²(π t / 12) for t within ±6, for each phase of the output: `(output, 1, taps)`.
  private static func kernel(
    input: Int, output: Int, base: Double, reach: Int
  ) throws(TorchError) -> Tensor {
    let taps =
      try (Tensor.range(2 * reach + input, dtype: .float64) - Double(reach))
      / Double(input)
    let phases = try Tensor.range(output, dtype: .float64).reshaped([-1, 1, 1]) / Double(output)
    let t = try ((taps - phases) * base).clamped(-6, 6)
    let window = try (t * (.pi / 12)).cos().squared()
    let angle = try t * .pi
    let sinc = try Tensor.where(t .== 0, .ones([], dtype: .float64), angle.sin() / angle)
    return try sinc * window * (base / Double(input))
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
