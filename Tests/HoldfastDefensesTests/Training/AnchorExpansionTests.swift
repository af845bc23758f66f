import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Expanded anchors")
struct AnchorExpansionTests {
  /// Texts that crowd together, as those of a model do.
  let anchors: Tensor

  init() throws {
    var noise = Generator(seed: 4, stream: "crowd")
    anchors = try (noise.normal([12, 6]) * 0.2 + 1).normalized(0)
  }

  private func angles(_ anchors: Tensor, to mean: Tensor) throws -> [Double] {
    try rows(mean.unsqueezed(0).matmul(anchors))[0].map { acos(min(1, $0)) }
  }

  @Test("stand at angles to the mean that grew alike, the farthest at a right one")
  func grown() throws {
    let expansion = try AnchorExpansion(of: anchors)
    let expanded = try expansion(anchors)
    let before = try angles(anchors, to: expansion.mean)
    let after = try angles(expanded, to: expansion.mean)
    let widest = try #require(before.max())
    #expect(abs(expansion.largestAngle - widest) < 1e-4)
    #expect(abs(try #require(after.max()) - .pi / 2) < 1e-4)
    for (a, b) in zip(before, after) { #expect(abs(b - a * .pi / 2 / widest) < 1e-3) }
    let lengths = try expanded.norm(2, [0])
    try expectClose(lengths, .ones([6]), atol: 1e-6)
    #expect(
      try AnchorExpansion.meanCosine(of: expanded) < AnchorExpansion.meanCosine(of: anchors) - 0.3)
  }

  @Test("stay on the great circle through the mean, so that no anchor turns around it")
  func circle() throws {
    let expansion = try AnchorExpansion(of: anchors)
    let columns = try rows(anchors.transposed(0, 1).contiguous())
    let moved = try rows(expansion(anchors).transposed(0, 1).contiguous())
    let mean = try rows(expansion.mean.unsqueezed(0))[0]
    func across(_ a: [Double]) -> [Double] {
      let along = zip(a, mean).map(*).reduce(0, +)
      let rest = zip(a, mean).map { $0 - along * $1 }
      let length = rest.map { $0 * $0 }.reduce(0, +).squareRoot()
      return rest.map { $0 / length }
    }
    for (a, b) in zip(columns, moved) {
      #expect(zip(across(a), across(b)).map(*).reduce(0, +) > 1 - 1e-5)
    }
  }

  @Test("leave the mean where it is, and move new classes by the same angle")
  func others() throws {
    let expansion = try AnchorExpansion(of: anchors)
    let mean = try expansion.mean.unsqueezed(1)
    try expectClose(expansion(mean), mean, atol: 1e-5)
    let pair = try anchors.slice(1, 2..<4)
    try expectClose(expansion(pair), expansion(anchors).slice(1, 2..<4), atol: 1e-6)
  }

  @Test("need two classes that differ")
  func refusal() throws {
    let one = try anchors.slice(1, 0..<1)
    #expect(throws: UsageError.self) { try AnchorExpansion(of: one) }
    #expect(try AnchorExpansion.meanCosine(of: one) == 1)
  }
}
