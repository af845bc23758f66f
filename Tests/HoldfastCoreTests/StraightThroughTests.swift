import HoldfastCore
import HoldfastTensor
import Testing

@Suite("Straight-through gradients")
struct StraightThroughTests {
  let x: Tensor

  init() throws {
    x = try Tensor([0.1, 0.26, -3.7, 1e6, 0.5] as [Float], [1, 5])
  }

  @Test func theValueIsThatOfTheStepToTheLastBit() throws {
    let leaf = try x.leaf()
    let step = { (t: Tensor) throws(TorchError) in try (t * 4).rounded() / 4 }
    let value = try leaf.straightThrough(step)
    #expect(try value.bytes() == step(x).bytes())
    #expect(value.requiresGradient)
  }

  @Test func theGradientIsThatOfTheIdentity() throws {
    let leaf = try x.leaf()
    let weights = try Tensor([1, -2, 3, 0.5, 7] as [Float], [1, 5])
    let value = try leaf.straightThrough { (t) throws(TorchError) in try t.rounded() }
    let slope = try gradient(of: (value * weights).sum(), withRespectTo: leaf)
    #expect(try slope.array(of: Float.self) == weights.array(of: Float.self))
  }

  @Test func whereNoGradientIsWantedNoneIsKept() throws {
    let value = try x.straightThrough { (t) throws(TorchError) in try t.rounded() }
    #expect(!value.requiresGradient)
  }

  @Test func aStepThatChangesTheShapeIsAnError() throws {
    let error = #expect(throws: TorchError.self) {
      try x.leaf().straightThrough { (t) throws(TorchError) in try t.slice(1, 0..<2) }
    }
    #expect(error?.code == .shape)
  }
}
