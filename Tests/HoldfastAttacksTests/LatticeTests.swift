import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("The 8-bit lattice")
struct LatticeTests {
  /// A picture as it comes from an 8-bit file.
  private func picture(_ shape: [Int], seed: UInt64 = 6) throws -> Tensor {
    var noise = Generator(seed: seed, stream: "pictures")
    return try (noise.uniform(shape) * 255).rounded() / 255
  }

  private func ball(_ origin: Tensor, _ norm: Norm, _ radius: Radius) throws -> Ball {
    try Ball(
      around: origin, norm: norm, radii: .init(repeating: radius, count: origin.shape[0]),
      range: 0...1)
  }

  /// How far values are from the nearest level, in levels.
  private func distanceFromLattice(_ x: Tensor) throws -> Double {
    try (x * 255 - (x * 255).rounded()).absolute().max().item()
  }

  @Test(arguments: Norm.allCases)
  func pointsAreLevelsInsideTheBall(_ norm: Norm) throws {
    let origin = try picture([4, 3, 9, 7])
    let radii: [Norm: [String]] = [
      .linf: ["0", "0.5/255", "1/255", "2.5/255", "4/255", "64/255"],
      .l2: ["0", "0.003", "0.05", "0.5", "3"], .l1: ["0", "0.02", "1", "12"],
    ]
    for radius in (radii[norm] ?? []).compactMap(Radius.init) {
      let ball = try ball(origin, norm, radius)
      var noise = Noise((0..<4).map { Generator(seed: 8, stream: UInt64($0)) })
      for place in [try ball.randomPoint(&noise), try ball.randomSurfacePoint(&noise)] {
        let free = try ball.project(place)
        let x = try ball.onLattice(free)
        #expect(try distanceFromLattice(x) < 1e-3, "\(radius)")
        try expectClose(ball.project(x), x, atol: 1e-6, "\(radius)")
        let threat = ThreatModel(norm: norm, radius: radius)
        for row in 0..<4 {
          let rows = row..<row + 1
          let (start, end) = (try origin.slice(0, rows), try x.slice(0, rows))
          #expect(try threat.distance(from: start, to: end) <= radius.value * (1 + 1e-5))
        }
      }
    }
  }

  @Test func theWholeRadiusIsUsed() throws {
    let origin = try picture([1, 3, 9, 7])
    for (text, levels) in [("1/255", 1.0), ("4/255", 4), ("2.5/255", 2), ("0.9/255", 0)] {
      let ball = try ball(origin, .linf, #require(Radius(text)))
      for corner in [ball.lower, ball.upper] {
        let moves = try ((ball.onLattice(corner) - origin) * 255).absolute()
        let known = try (((corner - origin) * 255).absolute() + 1e-3).floor().minimum(levels)
        #expect(try moves.max().item() > levels - 1e-3)
        try expectClose(moves, known, atol: 2e-3, "\(text)")
      }
    }
  }

  /// A dense perturbation of less than a level everywhere becomes a sparse one of the same length.
  @Test(arguments: [Norm.l2, .l1])
  func shortMovesBecomeFewWholeOnes(_ norm: Norm) throws {
    let origin = try picture([2, 3, 16, 16]) * 0.5 + 0.25
    let start = try (origin * 255).rounded() / 255
    let ball = try ball(start, norm, Radius(norm == .l2 ? 0.05 : 1))
    var noise = Noise((0..<2).map { Generator(seed: 9, stream: UInt64($0)) })
    let free = try ball.project(ball.randomSurfacePoint(&noise))
    let x = try ball.onLattice(free)
    for row in 0..<2 {
      let threat = ThreatModel(norm: norm, radius: Radius(1))
      let (from, to) = (try start.slice(0, row..<row + 1), try x.slice(0, row..<row + 1))
      let known = try threat.distance(from: from, to: free.slice(0, row..<row + 1))
      let found = try threat.distance(from: from, to: to)
      #expect(found <= known * (1 + 1e-4) && found > 0.85 * known, "\(found) of \(known)")
    }
    let turned = try ((x - start) * (free - start)).min().item()
    #expect(turned > -1e-9, "a coordinate moves against its perturbation")
  }

  @Test func whereTheBallHoldsNoLevelNothingMoves() throws {
    let origin = try picture([1, 3, 4, 4]) * 0.9 + 0.4 / 255
    for norm in Norm.allCases {
      let ball = try ball(origin, norm, Radius(1e-5))
      for place in [ball.lower, ball.upper, ball.origin] {
        let x = try ball.onLattice(ball.project(place))
        let moves = try (x - origin).absolute().max().item()
        #expect(moves <= 1e-5, "\(norm)")
      }
    }
  }

  @Test(arguments: ["pgd", "apgd-ce", "apgd-t"], Norm.allCases)
  func attacksStayOnIt(_ name: String, _ norm: Norm) throws {
    let encoder = try ToyEncoder.image()
    let subject = try encoder.toySubject()
    let radius = try #require(
      Radius(["linf": "12/255", "l2": "1", "l1": "6"][norm.rawValue] ?? ""))
    let jobs = try (0..<6).map { index in
      let input = try picture([1, 3, 8, 8], seed: UInt64(index))
      let prediction = try subject.predict(input)
      let label = try prediction.logits?.argmax(1).item() ?? 0
      return AttackJob(
        id: "\(index)", input: input, truth: try SampleTruth(label: Int(label), of: prediction),
        radii: [radius])
    }
    func run(_ spelling: String, _ stop: StopRule) throws -> [RadiusOutcome] {
      try runAttack(
        AttackTable.recipe(spelling, norm: norm), on: jobs,
        PoolSettings(subject: subject, norm: norm, stop: stop)
      ).values.map { $0.radii[0] }
    }
    let spelling = "\(name):steps=8,lattice=true"
    for stop in [StopRule.firstSuccess, .fullBudget] {
      for outcome in try run(spelling, stop) {
        guard let example = outcome.example else { continue }
        #expect(try distanceFromLattice(example.input) < 1e-3)
        #expect(example.distance <= radius.value)
      }
    }
    let fallen = try run(spelling, .firstSuccess).count { $0.success }
    let free = try run("\(name):steps=8", .firstSuccess).count { $0.success }
    #expect(free > 0 && fallen > 0 && fallen >= free - 2, "\(fallen) of \(free)")
  }

  @Test(arguments: Norm.allCases)
  func promisesAreKept(_ norm: Norm) throws {
    try checkAttackInvariants(
      AttackTable.recipe("apgd-ce:steps=5,restarts=2,lattice=true", norm: norm),
      on: ToyEncoder.image(), norm: norm, radii: InvariantTests.Toy.image.radii(norm))
  }

  @Test(arguments: [InvariantTests.Toy.points, .video])
  func otherRangesAreRefused(_ toy: InvariantTests.Toy) throws {
    let recipe = try AttackTable.recipe("pgd:lattice=true")
    let error = #expect(throws: UsageError.self) { try recipe.attack.check(toy.encoder().input) }
    #expect(error?.message.contains("[0, 1]") == true)
  }
}
