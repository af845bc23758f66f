import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("The attack of Carlini and Wagner")
struct CarliniWagnerTests {
  /// Four points of a box with a linear boundary; the first two are near it.
  let clean: Tensor
  let normal: [Float] = [0.6, -0.8, 0]

  init() throws {
    clean = try Tensor(
      [0.5, 0.5, 0.1, 0.45, 0.52, 0.9, 0.3, 0.6, 0.5, 0.2, 0.8, 0.4] as [Float], [4, 3])
  }

  /// The signed distance to the plane 0.6 x₀ - 0.8 x₁ = 0.
  func plane(_ x: Tensor) throws(TorchError) -> ToyAnswer {
    let value = try (x * Tensor(normal)).sum([1])
    return ToyAnswer(loss: value, margin: value)
  }

  @Test(arguments: [true, false])
  func findsTheDistanceToAPlane(_ isBoxed: Bool) throws {
    let attack = CarliniWagner(iterations: 300, searches: 8, weight: 0.1)
    let found = try searchSmallest(
      attack, from: clean, norm: .l2, range: isBoxed ? 0...1 : nil, plane)
    let known = try plane(clean).margin.array(of: Float.self).map { -Double($0) }
    for row in 0..<4 {
      #expect(found.distances[row] >= known[row] * 0.999)
      #expect(found.distances[row] <= known[row] * 1.05 + 1e-3, "row \(row)")
    }
  }

  @Test func kappaIsAMargin() throws {
    let attack = CarliniWagner(iterations: 300, searches: 8, weight: 0.1, kappa: 0.05)
    var last: [Float] = []
    let found = try searchSmallest(attack, from: clean, norm: .l2, plane) { state in
      last = (try? state.enough.array(of: Float.self)) ?? []
    }
    #expect(last.allSatisfy { $0.isFinite })
    let best = try found.points.map { try plane($0).margin.max().item() }.max() ?? 0
    #expect(best > 0.05)
  }

  /// How c is searched for, with answers that are all failures or all successes.
  @Test func theSearchForTheWeight() throws {
    func weights(_ margin: Double, searches: Int) throws -> [Float] {
      var weights: [Float] = []
      _ = try searchSmallest(
        CarliniWagner(iterations: 2, searches: searches, weight: 1), from: clean, norm: .l2
      ) { (x) throws(TorchError) in
        let value = try x.sum([1]) * 0 + margin
        return ToyAnswer(loss: value, margin: value)
      } observe: { state in
        if let weight = try? state.weight.array(of: Float.self)[0], weights.last != weight {
          weights.append(weight)
        }
      }
      return weights
    }
    #expect(try weights(-1, searches: 4) == [1, 10, 100, 1000, 10000])
    #expect(try weights(1, searches: 4) == [1, 0.5, 0.25, 0.125, 0.0625])
    #expect(try weights(1, searches: 10).count == 10)
  }

  /// A sample whose loss stands still goes on to its next search while the others step.
  @Test func eachSampleAbortsByItself() throws {
    var searches: [[Int]] = []
    let attack = CarliniWagner(iterations: 50, searches: 3, weight: 10)
    _ = try searchSmallest(attack, from: clean, norm: .l2) { (x) throws(TorchError) in
      // The margin of the last sample does not depend on it.
      let value = try plane(x).loss * Tensor([1, 1, 1, 0] as [Float]) - 0.1
      return ToyAnswer(loss: value, margin: value)
    } observe: {
      searches.append($0.search)
    }
    let first = try #require(searches.first { $0[3] == 1 })
    #expect(first[0] == 0)
    #expect((searches.firstIndex { $0[3] == 3 } ?? 0) < (searches.firstIndex { $0[0] == 3 } ?? 0))
  }

  @Test func coordinatesOfABox() throws {
    for range in [0...1, -3...1] as [ClosedRange<Float>] {
      let x = try clean.clamped(Double(range.lowerBound), 0.9)
      let ball = try Ball(
        around: x, norm: .l2, radii: .init(repeating: Radius(1), count: 4), range: range,
        reach: .box)
      let coordinates = try BoxCoordinates(ball)
      let variable = try coordinates.variable(of: x)
      #expect(try (coordinates.point(at: variable) - x).absolute().max().item() < 1e-5)
      for far in [-1e3, 1e3] {
        let side = try coordinates.point(at: variable + far)
        let bound = Double(far > 0 ? range.upperBound : range.lowerBound)
        #expect(try (side - bound).absolute().max().item() < 1e-6)
        #expect(try coordinates.speed(at: variable + far).absolute().max().item() == 0)
      }
      let ahead =
        try coordinates.point(at: variable + 1e-2) - coordinates.point(at: variable - 1e-2)
      let slope = try ahead / 2e-2 - coordinates.speed(at: variable)
      #expect(try slope.absolute().max().item() < 1e-4)
    }
  }

  @Test func withoutABoxCoordinatesAreTheInputs() throws {
    let ball = try Ball(
      around: clean, norm: .l2, radii: .init(repeating: Radius(1), count: 4), range: nil,
      reach: .box)
    let coordinates = try BoxCoordinates(ball)
    #expect(try coordinates.variable(of: clean).bytes() == clean.bytes())
    #expect(try coordinates.point(at: clean).bytes() == clean.bytes())
    #expect(try coordinates.speed(at: clean).array(of: Float.self).allSatisfy { $0 == 1 })
  }
}
