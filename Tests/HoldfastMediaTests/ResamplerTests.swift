import Foundation
import HoldfastMedia
import HoldfastTensor
import Testing

@Suite("Resampling")
struct ResamplerTests {
  @Test("Values are torchaudio's")
  func torchaudio() throws {
    let goldens = try SoundGoldens.read()
    for golden in goldens.resampling {
      let resampler = try Resampler(from: golden.from, to: golden.to)
      let x = try Tensor(chirp(golden.samples), [1, golden.samples])
      for dtype in [DType.float64, .float32] {
        let y = try resampler(x.to(dtype))
        #expect(y.dtype == dtype && y.shape[1] == resampler.samples(from: golden.samples))
        expectPicked(
          try y.doubles(), shape: y.shape, golden.result,
          tolerance: try goldens.tolerance("resample"), golden.testDescription)
      }
    }
  }

  /// The values of appendix A of the specification.
  @Test("The published values")
  func published() throws {
    let tone = (0..<44100).map { Float(sin(2 * .pi * 440 * Double($0) / 44100)) }
    let y = try Resampler(from: 44100, to: 16000)(Tensor(tone, [1, 44100])).doubles()
    #expect(y.count == 16000)
    let first = [0.016247, 0.169711, 0.34002, 0.49513, 0.637946, 0.760525]
    let middle = [0, 0.17197, 0.338814, 0.495567]
    #expect(zip(y, first).allSatisfy { abs($0 - $1) <= 2e-5 }, "\(y.prefix(6))")
    #expect(zip(y[8000...], middle).allSatisfy { abs($0 - $1) <= 2e-5 }, "\(y[8000..<8004])")
  }

  @Test("Equal rates change nothing")
  func equal() throws {
    let x = try Tensor(chirp(50), [2, 25])
    #expect(try Resampler(from: 44101, to: 44101)(x).doubles() == x.doubles())
  }

  @Test("The gradient is the transpose: <R x, y> = <x, Rᵀ y>")
  func gradients() throws {
    let resampler = try Resampler(from: 22050, to: 16000)
    var generator = Generator(seed: 3, stream: "resampler")
    let x = try generator.normal([2, 700]).to(.float64).leaf()
    let y = try resampler(x)
    let weights = try generator.normal(y.shape).to(.float64)
    let product = try (y * weights).sum()
    let slope = try gradient(of: product, withRespectTo: x)
    let other = try (slope * x).sum().item()
    #expect(abs(try product.item() - other) <= 1e-9 * abs(other))
  }

  @Test(
    "Rates with hardly a common divisor are refused, not allocated",
    arguments: [(47999, 16000), (767_999, 16000), (0, 16000), (16000, -1)])
  func refused(from: Int, to: Int) {
    #expect(throws: MediaError.self) { try Resampler(from: from, to: to) }
  }

  @Test func shapesThatDoNotFitAreAnError() throws {
    let resampler = try Resampler(from: 8000, to: 16000)
    for shape in [[10], [1, 0], [1, 1, 10]] {
      let error = #expect(throws: TorchError.self) { try resampler(.zeros(shape)) }
      #expect(error?.code == .shape)
    }
  }
}
