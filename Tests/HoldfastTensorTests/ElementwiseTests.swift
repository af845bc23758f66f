import Foundation
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Element by element")
struct ElementwiseTests {
  func values(_ x: Tensor) throws -> [Double] { try x.to(.float64).array(of: Double.self) }

  @Test func arithmeticBroadcasts() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    let b = try Tensor([10, 20, 30] as [Float])
    #expect(try values(a + b) == [11, 22, 33, 14, 25, 36])
    #expect(try values(b - a) == [9, 18, 27, 6, 15, 24])
    #expect(try values(a * b) == [10, 40, 90, 40, 100, 180])
    #expect(try values(b / a) == [10, 10, 10, 2.5, 4, 5])
    #expect(try values(-b) == [-10, -20, -30])
    #expect(try values(a.maximum(b / 4)) == [2.5, 5, 7.5, 4, 5, 7.5])
    #expect(try values(a.minimum(b / 4)) == [1, 2, 3, 2.5, 5, 6])
  }

  @Test func numbersStandOnEitherSide() throws {
    let x = try Tensor([1, 2, 4] as [Float])
    #expect(try values(x + 1) == [2, 3, 5])
    #expect(try values(x - 1) == [0, 1, 3])
    #expect(try values(1 - x) == [0, -1, -3])
    #expect(try values(x * 2) == [2, 4, 8])
    #expect(try values(2 * x) == [2, 4, 8])
    #expect(try values(x / 2) == [0.5, 1, 2])
    #expect(try values(2 / x) == [2, 1, 0.5])
    #expect(try values(x.power(2)) == [1, 4, 16])
    #expect(try values(x.maximum(2)) == [2, 2, 4])
    #expect(try values(x.minimum(2)) == [1, 2, 2])
    #expect(try values(x.clamped(1.5, 3)) == [1.5, 2, 3])
    #expect(try values(x.clamped(Tensor([2, 2, 2] as [Float]), x)) == [1, 2, 4])
    #expect(try (x + 1).dtype == .float32)
  }

  @Test func comparisonsAndMasks() throws {
    let a = try Tensor([1, 2, 3] as [Float])
    let b = try Tensor([2, 2, 2] as [Float])
    func mask(_ x: Tensor) throws -> [Bool] { try x.array(of: Bool.self) }
    #expect(try mask(a .== b) == [false, true, false])
    #expect(try mask(a .!= b) == [true, false, true])
    #expect(try mask(a .< b) == [true, false, false])
    #expect(try mask(a .<= b) == [true, true, false])
    #expect(try mask(a .> b) == [false, false, true])
    #expect(try mask(a .>= b) == [false, true, true])
    #expect(try mask(a .== 2) == mask(a .== b))
    #expect(try mask(a .< 2) == mask(a .< b))
    #expect(try mask(a .<= 2) == mask(a .<= b))
    #expect(try mask(a .> 2) == mask(a .> b))
    #expect(try mask(a .>= 2) == mask(a .>= b))
    let (low, high) = (try a .< b, try a .<= b)
    #expect(try mask(low.and(high)) == [true, false, false])
    #expect(try mask(low.or(high)) == [true, true, false])
    #expect(try mask(low.xor(high)) == [false, true, false])
    #expect(try mask(low.not()) == [false, true, true])
    #expect(try values(.where(low, a, b)) == [1, 2, 2])
    #expect(try values(a.filled(-1, where: high)) == [-1, -1, 3])
    let odd = try Tensor([.nan, .infinity, 0] as [Float])
    #expect(try mask(odd.isNaN()) == [true, false, false])
    #expect(try mask(odd.isFinite()) == [false, false, true])
  }

  /// Each function against the one of the C library, in float64.
  @Test func functions() throws {
    let points: [Double] = [-1.7, -0.4, 0, 0.3, 0.99, 2.5]
    let cases: [(String, (Tensor) throws -> Tensor, (Double) -> Double)] = [
      ("absolute", { try $0.absolute() }, { abs($0) }), ("exp", { try $0.exp() }, { exp($0) }),
      ("log", { try $0.log() }, { log($0) }), ("log1p", { try $0.log1p() }, { log1p($0) }),
      ("root", { try $0.squareRoot() }, { sqrt($0) }),
      ("inverse root", { try $0.inverseSquareRoot() }, { 1 / sqrt($0) }),
      ("sin", { try $0.sin() }, { sin($0) }), ("cos", { try $0.cos() }, { cos($0) }),
      ("acos", { try $0.acos() }, { acos($0) }),
      ("tanh", { try $0.tanh() }, { tanh($0) }), ("atanh", { try $0.atanh() }, { atanh($0) }),
      ("sigmoid", { try $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
      ("relu", { try $0.relu() }, { max($0, 0) }), ("floor", { try $0.floor() }, { floor($0) }),
      ("ceil", { try $0.ceil() }, { ceil($0) }), ("squared", { try $0.squared() }, { $0 * $0 }),
      ("reciprocal", { try $0.reciprocal() }, { 1 / $0 }), ("erf", { try $0.erf() }, { erf($0) }),
      ("silu", { try $0.silu() }, { $0 / (1 + exp(-$0)) }),
    ]
    for (name, mine, known) in cases {
      for (point, found) in zip(points, try values(mine(Tensor(points)))) {
        let truth = known(point)
        #expect(
          found == truth || (found.isNaN && truth.isNaN) || abs(found - truth) < 1e-12,
          "\(name)(\(point)) is \(found), not \(truth)")
      }
    }
  }
}
