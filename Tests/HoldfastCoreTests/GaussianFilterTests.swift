import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("The Gaussian filter")
struct GaussianFilterTests {
  static let sizes = [(8, 8), (7, 9), (9, 14), (1, 5), (12, 20)]

  func noise(_ height: Int, _ width: Int, stream: UInt64 = 0) throws -> Tensor {
    var generator = Generator(seed: 6, stream: stream)
    return try generator.uniform([2, 3, height, width])
  }

  @Test(arguments: sizes)
  func whiteStaysWhite(_ height: Int, _ width: Int) throws {
    let white = try Tensor.ones([1, 3, height, width])
    let filter = GaussianFilter(vertical: 0.7, horizontal: 2)
    try expectClose(filter(white), white, atol: 2e-6)
  }

  @Test(arguments: sizes)
  func theMeanIsKept(_ height: Int, _ width: Int) throws {
    let x = try noise(height, width)
    let filtered = try GaussianFilter(vertical: 1, horizontal: 1)(x)
    #expect(filtered.shape == x.shape)
    try expectClose(filtered.mean([2, 3]), x.mean([2, 3]), atol: 1e-6)
    if height * width > 20 {
      #expect(try filtered.variance().item() < x.variance().item() * 0.5)
    }
  }

  @Test(arguments: sizes)
  func selfAdjoint(_ height: Int, _ width: Int) throws {
    let (x, y) = (try noise(height, width), try noise(height, width, stream: 1))
    let filter = GaussianFilter(vertical: 2, horizontal: 3)
    let (left, right) = (try (filter(x) * y).sum().item(), try (x * filter(y)).sum().item())
    #expect(abs(left - right) < 1e-5 * abs(left))
  }

  /// specs: defences, 5.1: the whole spectrum, shifted so that zero frequency is at ⌊H/2⌋, ⌊W/2⌋.
  @Test(arguments: sizes)
  func equalsTheShiftedFormula(_ height: Int, _ width: Int) throws {
    let cutoff = 2.5
    let gains: [Float] = (0..<height).flatMap { row in
      (0..<width).map { column in
        // Where this frequency lies after the shift.
        let i = (row + height / 2) % height - height / 2
        let j = (column + width / 2) % width - width / 2
        return Float(exp(-Double(i * i + j * j) / (2 * cutoff * cutoff)))
      }
    }
    let x = try noise(height, width)
    let known = try (x.fourier2() * Tensor(gains, [height, width])).inverseFourier2()
    #expect(try known.imaginaryPart().absolute().max().item() < 1e-6)
    let found = try GaussianFilter(vertical: cutoff, horizontal: cutoff)(x)
    try expectClose(found, known.realPart(), atol: 2e-6)
  }

  @Test(arguments: ["16x16", "15x15", "9x14", "12x20", "32x32"], [3.0, 40])
  func equalsThePeer(_ size: String, _ radius: Double) throws {
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("HoldfastDefensesTests/x.swift").path
    let golden = try Golden("r-adapt/filter.safetensors", beside: beside)
    let x = try golden["\(size).input"]
    let (height, width) = (x.shape[2], x.shape[3])
    let name = "\(size).radius_\(Int(radius))"
    let printed = GaussianFilter(vertical: radius, horizontal: radius)
    try expectClose(printed(x), golden["\(name).as_printed"], atol: 2e-6, name)
    // The same width in pixels as at the reference size of 224.
    let kept = GaussianFilter(
      vertical: radius * Double(height) / 224, horizontal: radius * Double(width) / 224)
    try expectClose(kept(x), golden["\(name).keep_sigma"], atol: 2e-6, name)
  }

  @Test func gradientsFlow() throws {
    let filter = GaussianFilter(vertical: 1, horizontal: 1)
    let x = try noise(4, 5).slice(0, 0..<1)
    try checkLayerGradients(at: x, tolerance: 1e-5) { try filter($0) }
  }

  @Test func oneAxisIsNotEnough() throws {
    #expect(throws: TorchError.self) {
      try GaussianFilter(vertical: 1, horizontal: 1)(Tensor.ones([4]))
    }
  }

  @Test(arguments: [0, -1, .nan])
  func cutoffsThatCannotBe(_ cutoff: Double) throws {
    let x = try Tensor.ones([4, 4])
    #expect(throws: TorchError.self) { try GaussianFilter(vertical: cutoff, horizontal: 1)(x) }
    #expect(throws: TorchError.self) { try GaussianFilter(vertical: 1, horizontal: cutoff)(x) }
  }
}
