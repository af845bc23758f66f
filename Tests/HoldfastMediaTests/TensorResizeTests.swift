import HoldfastMedia
import HoldfastTensor
import Testing

@Suite("Resizes of float planes")
struct TensorResizeTests {
  @Test("They are those of torch's interpolate, and both roundings of the long side hold")
  func goldens() throws {
    let goldens = try PictureGoldens.read()
    let tolerance = try goldens.tolerance("float32")
    for golden in goldens.resizes {
      let image = try pattern(golden.width, golden.height)
      let planes = try Tensor(image.planarFloats(), [1, 3, golden.height, golden.width])
      let resize = TensorResize(
        shortSide: golden.side,
        interpolation: try #require(Tensor.Interpolation(rawValue: golden.mode)),
        longSide: try #require(TensorResize.LongSide(rawValue: golden.longSide)))
      let result = try resize(planes).squeezed(0)
      expectPicked(
        try result.doubles(), shape: result.shape, golden.result, tolerance: tolerance,
        golden.testDescription)
    }
  }

  @Test("Sizes that take too much memory, and planes without a batch, are refused")
  func hostile() throws {
    let planes = try Tensor.zeros([1, 1, 1, 60000])
    #expect(throws: MediaError.self) {
      try TensorResize(shortSide: 224, interpolation: .bicubic)(planes)
    }
    for side in [0, -3, 1 << 40] {
      #expect(throws: MediaError.self) {
        try TensorResize(shortSide: side, interpolation: .bilinear)(.zeros([1, 1, 4, 4]))
      }
    }
    #expect(throws: MediaError.self) {
      try TensorResize(shortSide: 4, interpolation: .bilinear)(.zeros([4, 4]))
    }
  }
}
