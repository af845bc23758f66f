import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Balls hold in float64 on the stored float32 values")
struct BallTests {
  /// Values of every size, tiny ones and exact grid points included.
  func values(_ count: Int, in range: ClosedRange<Float>) throws -> [Float] {
    var generator = Generator(seed: 2, stream: 2)
    let uniform = try generator.uniform([count]).array(of: Float.self)
    let width = range.upperBound - range.lowerBound
    return uniform.enumerated().map { index, u in
      switch index % 5 {
      case 0: range.lowerBound + (u * 255).rounded() / 255 * width
      case 1: max(range.lowerBound, min(range.upperBound, u * 1e-6))
      case 2: max(range.lowerBound, min(range.upperBound, u * Float.leastNormalMagnitude))
      default: range.lowerBound + u * width
      }
    }
  }

  @Test(arguments: ["1/255", "2/255", "4/255", "8/255", "0.1", "1/3", "1e-7", "1e-12", "0"])
  func linfBoundsNeverExceedTheRadius(_ text: String) throws {
    let radius = try #require(Radius(text))
    for range in [0...1 as ClosedRange<Float>, -1000...1000] {
      let origin = try values(100_000, in: range)
      let ball = try Ball(
        around: Tensor(origin, [1, origin.count]), norm: .linf, radii: [radius], range: range)
      let lower = try ball.lower.array(of: Float.self)
      let upper = try ball.upper.array(of: Float.self)
      var (outside, loose, unboxed) = (0, 0, 0)
      for (x, (low, high)) in zip(origin, zip(lower, upper)) {
        let reach = [Double(x) - Double(low), Double(high) - Double(x)]
        if reach.contains(where: { $0 > radius.value || $0 < 0 }) { outside += 1 }
        if low < range.lowerBound || high > range.upperBound { unboxed += 1 }
        // Not a step smaller than it must be: the next number is outside, or off the box.
        let next = Double(high.nextUp) - Double(x)
        if high < range.upperBound, next <= radius.value, radius.value > 0 { loose += 1 }
      }
      #expect(outside == 0)
      #expect(loose == 0)
      #expect(unboxed == 0)
    }
  }

  @Test func projectionInLinfIsClamping() throws {
    let origin = try Tensor([0.5, 0.01, 0.99] as [Float], [1, 3])
    let ball = try Ball(around: origin, norm: .linf, radii: [Radius(0.1)], range: 0...1)
    let x = try ball.project(Tensor([2, -3, 0.95] as [Float], [1, 3]))
    try expectClose(x, Tensor([0.6, 0, 0.95] as [Float], [1, 3]), atol: 1e-6)
    #expect(try ball.project(origin).bytes() == origin.bytes())
  }

  @Test func projectionInL2Scales() throws {
    let origin = try Tensor.full(0.5, [2, 1, 2])
    let ball = try Ball(
      around: origin, norm: .l2, radii: [Radius(0.1), Radius(10)], range: 0...1)
    let far = try Tensor([0.8, 0.9, 0.8, 0.9] as [Float], [2, 1, 2])
    let x = try ball.project(far)
    // (0.3, 0.4) has length 0.5: the first row shrinks to 0.1, the second is inside already.
    try expectClose(x, Tensor([0.56, 0.58, 0.8, 0.9] as [Float], [2, 1, 2]), atol: 1e-6)
    let outside = try ball.project(Tensor.full(3, [2, 1, 2]))
    #expect(try outside.max().item() <= 1)
    let free = try Ball(around: origin, norm: .l2, radii: [Radius(5), Radius(5)], range: nil)
    #expect(try free.project(Tensor.full(2, [2, 1, 2])).max().item() == 2)
  }

  /// specs: attacks, section 1.13.
  static let sums: [(radius: Double, offset: [Float])] = [
    (0.3, [-0.1, 0.1, 0.1, 0]), (0.6, [-0.1, 0.25, 0.1, -0.15]), (2, [-0.1, 0.3, 0.1, -0.2]),
  ]

  @Test(arguments: sums)
  func projectionInL1IsExact(_ radius: Double, _ known: [Float]) throws {
    let origin = try Tensor([0.1, 0.5, 0.9, 0.3] as [Float], [1, 2, 2])
    let offset = try Tensor([-0.4, 0.3, 0.3, -0.2] as [Float], [1, 2, 2])
    let ball = try Ball(around: origin, norm: .l1, radii: [Radius(radius)], range: 0...1)
    try expectClose(
      ball.project(origin + offset) - origin, Tensor(known, [1, 2, 2]), atol: 1e-6)
  }

  /// No other point of the ball and box is nearer.
  @Test func projectionInL1IsTheNearestPoint() throws {
    var noise = Generator(seed: 4, stream: 0)
    let origin = try noise.uniform([6, 40])
    let radii = [0.01, 0.3, 1, 3, 8, 40].map { Radius($0) }
    let ball = try Ball(around: origin, norm: .l1, radii: radii, range: 0...1)
    let x = try origin + noise.normal([6, 40])
    let projected = try ball.project(x)
    let distance = try (projected - x).lengthPerRow()
    try expectClose(ball.project(projected), projected, atol: 1e-6, "a second time")
    for _ in 0..<50 {
      let near = try ball.project(projected + noise.normal([6, 40]) * 0.05)
      let excess = try (distance - (near - x).lengthPerRow()).max().item()
      #expect(excess <= 1e-5)
    }
  }

  @Test(arguments: Norm.allCases)
  func widenedBallsHaveTheirRadii(_ norm: Norm) throws {
    let origin = try Tensor.full(0.5, [3, 8])
    let radii = [0.01, 0.02, 0.03].map { Radius($0) }
    let ball = try Ball(around: origin, norm: norm, radii: radii, range: 0...1)
    let wide = try ball.widened(by: [3, 1, 100])
    var noise = Generator(seed: 1, stream: 0)
    let x = try wide.project(origin + noise.normal([3, 8]) * 100)
    for (row, radius) in [0.03, 0.02].enumerated() {
      let threat = ThreatModel(norm: norm, radius: Radius(radius))
      let size = try threat.distance(from: origin.select(0, row), to: x.select(0, row))
      #expect(abs(size - radius) < 1e-6)
    }
    #expect(try x.min().item() >= 0 && x.max().item() <= 1)
    #expect(try wide.lower.select(0, 1).bytes() == ball.lower.select(0, 1).bytes())
    #expect(try ball.widened(by: [1, 1, 1]).upper.bytes() == ball.upper.bytes())
    #expect(try wide.keeping([2, 0], on: .cpu).radius.array(of: Float.self) == [3, 0.03])
  }

  @Test func radiiBelongToRows() throws {
    let origin = try Tensor.full(0.5, [3, 4])
    let radii = ["0", "1/255", "1/4"].compactMap { Radius($0) }
    for norm in Norm.allCases {
      let ball = try Ball(around: origin, norm: norm, radii: radii, range: 0...1)
      let x = try ball.project(origin + 1)
      for (row, radius) in radii.enumerated() {
        let threat = ThreatModel(norm: norm, radius: radius)
        let size = try threat.distance(from: origin.select(0, row), to: x.select(0, row))
        #expect(abs(size - radius.value) < 1e-6)
      }
    }
  }

  @Test func rowsMove() throws {
    let origin = try Tensor([0, 1, 2, 3] as [Float], [2, 2])
    let ball = try Ball(
      around: origin, norm: .linf, radii: [Radius(0.5), Radius(0.25)], range: nil)
    let second = try ball.keeping([1], on: .cpu)
    #expect(try second.upper.array(of: Float.self) == [2.25, 3.25])
    let both = try second.appending(ball)
    #expect(try both.radius.array(of: Float.self) == [0.25, 0.5, 0.25])
    #expect(both.radius.shape == [3, 1])
  }

  @Test(arguments: [1e-9, 3e-8, 5e-8, 1e-3, 0.5, 3])
  func tightenedKeepsTheRadius(_ value: Double) throws {
    let radius = Radius(value)
    let threat = ThreatModel(norm: .l2, radius: radius)
    var noise = Generator(seed: 8, stream: 1)
    let origin = try noise.uniform([1, 3, 16, 16])
    let ball = try Ball(around: origin, norm: .l2, radii: [radius], range: 0...1)
    for _ in 0..<20 {
      let x = try ball.project(origin + noise.normal([1, 3, 16, 16]))
      let tight = try threat.tightened(x, origin: origin)
      let size = try threat.distance(from: origin, to: tight)
      #expect(size <= value)
      if value >= 1e-3, try threat.distance(from: origin, to: x) > value {
        #expect(size > value * (1 - 1e-5) - 1e-7, "more was taken away than needed")
      }
      #expect(try tight.min().item() >= 0 && tight.max().item() <= 1)
      #expect(try threat.tightened(tight, origin: origin).bytes() == tight.bytes())
    }
    // Far outside, as no attack leaves it: still brought back.
    let far = try threat.tightened(origin + 1, origin: origin)
    #expect(try threat.distance(from: origin, to: far) <= value)
  }
}
