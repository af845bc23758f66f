import HoldfastTensor
import Testing

@testable import HoldfastLayers

@Suite("Gradient clipping")
struct GradientClippingTests {
  @Test("Long gradients are scaled together to the limit, short ones stay")
  func clipping() throws {
    let gradients = [try Tensor([3 as Float, 0]), try Tensor([4 as Float], [1, 1])]
    let short = try clipped(gradients, toNorm: 1)
    #expect(try abs(short[0].array(of: Float.self)[0] - 0.6) < 1e-5)
    #expect(try abs(short[1].array(of: Float.self)[0] - 0.8) < 1e-5)
    #expect(short[1].shape == [1, 1])
    let same = try clipped(gradients, toNorm: 6)
    #expect(try same[0].array(of: Float.self) == [3, 0])
    #expect(try clipped([], toNorm: 1).isEmpty)
  }
}
