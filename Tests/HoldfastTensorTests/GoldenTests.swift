import Foundation
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Operations with conventions agree with PyTorch")
struct GoldenTests {
  let golden: Golden

  init() throws { golden = try Golden("operations.safetensors") }

  func expect(_ found: Tensor, _ name: String) throws {
    try expectClose(found, golden[name], atol: 1e-6, rtol: 1e-5, name)
  }

  func integers(_ name: String) throws -> [Int] { try golden[name].array(of: Int.self) }

  @Test func resize() throws {
    let x = try golden["interpolate.x"]
    for (name, kind) in [("bilinear", Tensor.Interpolation.bilinear), ("bicubic", .bicubic)] {
      for (variant, antialias) in [("plain", false), ("antialias", true)] {
        for (height, width) in [(4, 5), (11, 13)] {
          try expect(
            x.resized(height: height, width: width, by: kind, antialias: antialias),
            "interpolate.\(name).\(variant).\(height)x\(width).y")
        }
      }
    }
  }

  @Test(arguments: ["conv1d.0", "conv2d.1", "conv2d.2", "conv3d.3"])
  func convolution(_ name: String) throws {
    let found = try golden["\(name).x"].convolved(
      golden["\(name).weight"], golden["\(name).bias"], stride: integers("\(name).stride"),
      padding: integers("\(name).padding"), dilation: integers("\(name).dilation"),
      groups: integers("\(name).groups")[0])
    try expect(found, "\(name).y")
  }

  @Test func layerNorm() throws {
    let (x, weight) = (try golden["layer_norm.x"], try golden["layer_norm.weight"])
    let bias = try golden["layer_norm.bias"]
    try expect(x.layerNorm(weight, bias, epsilon: 1e-5), "layer_norm.eps_1e-5.y")
    try expect(x.layerNorm(weight, bias, epsilon: 0.1), "layer_norm.eps_1e-1.y")
  }

  @Test func activations() throws {
    let x = try golden["gelu.x"]
    try expect(x.gelu(), "gelu.exact.y")
    try expect(x.geluTanh(), "gelu.tanh.y")
    try expect(x.quickGELU(), "gelu.quick.y")
  }

  @Test func logSoftmax() throws {
    let x = try golden["log_softmax.x"]
    try expect(x.logSoftmax(), "log_softmax.y")
    try expect(x.logSumExp([-1]), "logsumexp.y")
    try expectClose(x.softmax(), golden["log_softmax.y"].exp(), atol: 1e-6)
  }

  @Test(arguments: [false, true])
  func attention(_ math: Bool) throws {
    let (q, k, v) = (try golden["sdpa.q"], try golden["sdpa.k"], try golden["sdpa.v"])
    try expect(.attention(q, k, v, math: math), "sdpa.plain.y")
    try expect(.attention(q, k, v, mask: golden["sdpa.allowed"], math: math), "sdpa.bool_mask.y")
    try expect(.attention(q, k, v, mask: golden["sdpa.added"], math: math), "sdpa.float_mask.y")
    try expect(.attention(q, q, q, causal: true, math: math), "sdpa.causal.y")
  }

  /// Σ x_n exp(-2πi k n / N), of input that is cut or followed by zeros to N.
  @Test(arguments: [4, 5, 8])
  func spectraOfRows(_ length: Int) throws {
    let rows: [[Double]] = [[1, -2, 0.5, 3, 1.5], [0, 1, 0, 0, -1]]
    let x = try Tensor(rows.flatMap { $0 }, [2, 5])
    let spectrum = try x.realFourier(length: length)
    #expect(spectrum.dtype == .complex128 && spectrum.shape == [2, length / 2 + 1])
    func sum(_ row: [Double], _ k: Int, _ wave: (Double) -> Double) -> Double {
      row.prefix(length).enumerated().reduce(0) { total, pair in
        total + pair.element * wave(-2 * .pi * Double(k * pair.offset) / Double(length))
      }
    }
    let places = rows.flatMap { row in (0...length / 2).map { (row, $0) } }
    let real = try Tensor(places.map { sum($0.0, $0.1, cos) }, spectrum.shape)
    let imaginary = try Tensor(places.map { sum($0.0, $0.1, sin) }, spectrum.shape)
    try expectClose(spectrum.realPart(), real, atol: 1e-12)
    try expectClose(spectrum.imaginaryPart(), imaginary, atol: 1e-12)
    try checkLayerGradients(at: x) { x in
      let spectrum = try x.realFourier(length: length)
      return try spectrum.realPart().squared() + spectrum.imaginaryPart()
    }
  }

  @Test(arguments: ["fft2.6x5", "fft2.4x8"])
  func spectra(_ name: String) throws {
    let x = try golden["\(name).x"]
    let spectrum = try x.fourier2()
    #expect(spectrum.dtype == .complex64)
    try expectClose(spectrum.realPart(), golden["\(name).real"], atol: 1e-5)
    try expectClose(spectrum.imaginaryPart(), golden["\(name).imaginary"], atol: 1e-5)
    let (height, width) = (x.shape[1], x.shape[2])
    let half = try x.realFourier2()
    #expect(half.shape == [2, height, width / 2 + 1])
    try expectClose(
      half.realPart(), golden["\(name).real"].slice(2, 0..<width / 2 + 1), atol: 1e-5)
    try expectClose(half.inverseRealFourier2(height: height, width: width), x, atol: 1e-6)
    try expectClose(spectrum.inverseFourier2().realPart(), x, atol: 1e-6)
    try expectClose(
      golden["\(name).real"].inverseFourier2().realPart(), golden["\(name).inverse_of_real_part"],
      atol: 1e-6)
  }

  @Test func ordering() throws {
    let x = try golden["sort.x"]
    for (name, descending) in [("ascending", false), ("descending", true)] {
      let found = try x.sorted(1, descending: descending)
      try expectClose(found.values, golden["sort.\(name).values"], atol: 0)
      #expect(try found.indices.array(of: Int.self) == integers("sort.\(name).indices"))
    }
    let top = try golden["topk.x"].top(3, 1)
    try expectClose(top.values, golden["topk.3.values"], atol: 0)
    #expect(try top.indices.array(of: Int.self) == integers("topk.3.indices"))
    let smallest = try golden["topk.x"].top(2, 1, largest: false)
    try expectClose(smallest.values, golden["topk.smallest_2.values"], atol: 0)
  }

  @Test func edgesOfFloat32() throws {
    let x = try golden["nextafter.x"]
    for (name, end) in [("up", Double.infinity), ("down", -.infinity)] {
      let found = try x.nextAfter(.full(end, x.shape)).bytes()
      #expect(try found == golden["nextafter.\(name).y"].bytes())
    }
    #expect(try golden["round.x"].rounded().bytes() == golden["round.y"].bytes())
    try expectClose(golden["sign.x"].sign(), golden["sign.y"], atol: 0)
  }
}
