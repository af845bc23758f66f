import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("The smallest move to a hyperplane inside a box")
struct HyperplaneTests {
  func move(
    _ norm: Norm, from x: [[Float]], along slope: [[Float]], raising rise: [Float],
    range: ClosedRange<Float>? = 0...1
  ) throws -> [[Float]] {
    let shape = [x.count, x[0].count]
    let origin = try Tensor(x.flatMap { $0 }, shape)
    let ball = try Ball(
      around: origin, norm: norm, radii: x.map { _ in Radius(0.1) }, range: range, reach: .box)
    let moved = try ball.smallestMove(
      from: origin, along: Tensor(slope.flatMap { $0 }, shape), raising: Tensor(rise))
    return try (0..<x.count).map { try moved.select(0, $0).array(of: Float.self) }
  }

  func expect(_ found: [Float], _ known: [Float], _ what: String) {
    let worst = zip(found, known).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 2e-6, "\(what): \(found), not \(known)")
  }

  /// x = (.1, .5, .9, .3) and w = (1, -2, .5, 0), to the plane ⟨w, x⟩ = b; specs: attacks, 1.13.
  static let known: [(Norm, [[Float]])] = [
    (
      .linf,
      [[0.2, -0.2, 0.1, 0], [-0.0142857, 0.0142857, -0.0142857, 0]]
    ),
    (
      .l2,
      [[0.12381, -0.24762, 0.061905, 0], [-0.0095238, 0.0190476, -0.0047619, 0]]
    ),
    (.l1, [[0, -0.325, 0, 0], [0, 0.025, 0, 0]]),
  ]
  let x: [Float] = [0.1, 0.5, 0.9, 0.3]
  let w: [Float] = [1, -2, 0.5, 0]

  @Test(arguments: known)
  func theReferencesMoves(_ norm: Norm, _ known: [[Float]]) throws {
    // Just in reach, and out of reach.
    let all = known + [[-0.1, 0.5, -0.7, 0], [-0.1, 0.5, -0.9, 0]]
    let planes: [Float] = [0.2, -0.5, -1.9, -3]
    let value: Float = -0.45
    let together = try move(
      norm, from: planes.map { _ in x }, along: planes.map { _ in w },
      raising: planes.map { $0 - value })
    for (index, plane) in planes.enumerated() {
      expect(together[index], all[index], "\(norm), b = \(plane)")
      let alone = try move(norm, from: [x], along: [w], raising: [plane - value])
      expect(alone[0], all[index], "\(norm), b = \(plane), alone")
    }
  }

  /// Rows of real length, bounds met by few and by many, out of reach, of either sign, and flat.
  @Test(arguments: [Norm.linf, .l2], [nil, Float(0)...1])
  func rowByRowItIsThatOfTheBatch(_ norm: Norm, _ range: ClosedRange<Float>?) throws {
    var generator = Generator(seed: 3, stream: 5)
    let rises: [Float] = [0.01, -0.5, 3, -40, 900, 0, 1e9, -1e9, 0.2]
    let shape = [rises.count, 3, 37, 41]
    let x = try generator.uniform(shape)
    let slope = try generator.normal(shape).array(of: Float.self)
    let last = shape.dropFirst().reduce(1, *) * (rises.count - 1)
    let flat = try Tensor(slope[..<last] + slope[last...].map { _ in 0 }, shape)
    let ball = try Ball(
      around: x, norm: norm, radii: rises.map { _ in Radius(0.1) }, range: range, reach: .box)
    let found = try ball.smallestMove(from: x, along: flat, raising: Tensor(rises))
    let known = try ball.smallestMoveOfBatch(from: x, along: flat, raising: Tensor(rises))
    let scale = try known.absolute().max(Array(1..<4), keepAxes: true).maximum(1e-6)
    try expectClose(found / scale, known / scale, atol: 1e-4)
  }

  @Test(arguments: Norm.allCases)
  func withoutABoxItIsTheDualNorm(_ norm: Norm) throws {
    let found = try move(norm, from: [x], along: [w], raising: [7], range: nil)[0]
    switch norm {
    case .linf: expect(found, [2, -2, 2, 0], "linf")
    case .l2: expect(found, [1, -2, 0.5, 0].map { $0 * 7 / 5.25 }, "l2")
    case .l1: expect(found, [0, -3.5, 0, 0], "l1")
    }
  }

  @Test(arguments: Norm.allCases)
  func nothingToDoIsNoMove(_ norm: Norm) throws {
    let zero: [Float] = [0, 0, 0, 0]
    for range in [nil, ClosedRange<Float>(uncheckedBounds: (0, 1))] {
      let found = try move(
        norm, from: [x, x, x], along: [w, zero, zero], raising: [0, 0, 0.5], range: range)
      for row in found { expect(row, zero, "\(norm)") }
    }
  }

  @Test(arguments: Norm.allCases)
  func noNumberStaysNone(_ norm: Norm) throws {
    let found = try move(norm, from: [x, x], along: [[.nan, 1, 1, 1], w], raising: [0.1, 0.1])
    #expect(found[0].contains { $0.isNaN })
    #expect(!found[1].contains { $0.isNaN })
  }

  /// Slopes of any size give the same move.
  @Test(arguments: Norm.allCases, [1e-25, 1e-12, 1e12] as [Float])
  func theScaleOfTheSlopeIsOfNoAccount(_ norm: Norm, _ scale: Float) throws {
    let found = try move(norm, from: [x], along: [w.map { $0 * scale }], raising: [0.65 * scale])
    let known = try move(norm, from: [x], along: [w], raising: [0.65])
    expect(found[0], known[0], "\(norm) times \(scale)")
  }

  /// Against a bisection in float64, on many coordinates of which many meet their bound.
  @Test(arguments: Norm.allCases, [0.02, 0.3, 0.8, -0.5] as [Float])
  func isAsSmallAsCanBe(_ norm: Norm, _ share: Float) throws {
    var noise = Generator(seed: 4, stream: "hyperplane")
    let count = 400
    for _ in 0..<4 {
      let x = try noise.uniform([count]).array(of: Float.self)
      let w = try noise.normal([count]).array(of: Float.self)
      let rooms = zip(x, w).map { (Double($1 * share > 0 ? 1 - $0 : $0)) }
      let most = zip(w, rooms).reduce(0) { $0 + abs(Double($1.0)) * $1.1 }
      let rise = most * Double(share)
      let found = try move(norm, from: [x], along: [w], raising: [Float(rise)])[0]
      let reached = zip(w, found).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(reached - rise) < 1e-4 * abs(rise))
      for (start, step) in zip(x, found) { #expect((-1e-6...1 + 1e-6).contains(start + step)) }
      let known = bisected(norm, w.map { abs(Double($0)) }, rooms, abs(rise))
      for (step, known) in zip(found, known) { #expect(abs(abs(Double(step)) - known) < 1e-4) }
    }
  }

  /// The same by bisection on how far the coordinates have come.
  func bisected(_ norm: Norm, _ size: [Double], _ room: [Double], _ goal: Double) -> [Double] {
    func moves(_ level: Double) -> [Double] {
      switch norm {
      case .linf: return room.map { min(level, $0) }
      case .l2: return zip(size, room).map { min(level * $0, $1) }
      case .l1:
        var left = goal
        var moves = [Double](repeating: 0, count: size.count)
        for index in size.indices.sorted(by: { size[$0] > size[$1] }) {
          moves[index] = min(room[index], max(0, left / size[index]))
          left -= moves[index] * size[index]
        }
        return moves
      }
    }
    var (low, high) = (0.0, 1e6)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      let reached = zip(size, moves(middle)).reduce(0) { $0 + $1.0 * $1.1 }
      if reached < goal { low = middle } else { high = middle }
    }
    return moves(high)
  }
}
