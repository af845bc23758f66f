import HoldfastTensor
import Testing

@testable import HoldfastTraining

@Suite("Gradient clipping")
struct GradientNormTests {
  @Test("Long gradients are scaled together to the limit, short ones stay")
  func clipping() throws {
    let gradients = [try Tensor([3 as Float, 0]), try Tensor([4 as Float], [1, 1])]
    let length = try norm(of: gradients)
    #expect(try length.item() == 5)
    let short = try clipped(gradients, toNorm: 1, from: length)
    #expect(try abs(short[0].array(of: Float.self)[0] - 0.6) < 1e-5)
    #expect(try abs(short[1].array(of: Float.self)[0] - 0.8) < 1e-5)
    #expect(short[1].shape == [1, 1])
    let same = try clipped(gradients, toNorm: 6, from: length)
    #expect(try same[0].array(of: Float.self) == [3, 0])
  }
}
