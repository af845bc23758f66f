import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("FAB")
struct FABTests {
  let toy = ToyClassifier()
  let clean: Tensor

  init() throws { clean = try ToyClassifier.inputs() }

  /// What FAB-T is told that runs towards the second class of the clean logits.
  func targeted(_ x: Tensor) throws(TorchError) -> ToyAnswer {
    let targets = try toy.logits(clean).top(2, 1).indices.select(1, 1)
    let (prediction, truth) = try asked(x, targets: targets)
    return ToyAnswer(
      loss: try TargetMargin().loss(prediction, truth),
      margin: try Misclassification().margin(prediction, truth))
  }

  /// What FAB is told.
  func untargeted(_ x: Tensor) throws(TorchError) -> ToyAnswer {
    let (prediction, truth) = try asked(x)
    return ToyAnswer(
      loss: try ClassMargins().loss(prediction, truth),
      margin: try Misclassification().margin(prediction, truth))
  }

  private func asked(
    _ x: Tensor, targets: Tensor? = nil
  ) throws(TorchError) -> (Prediction, Truth) {
    let z = try toy.logits(x)
    let truth = try Truth(
      labels: Tensor(ToyClassifier.labels), targets: targets, cleanEmbedding: z)
    return (Prediction(embedding: z, logits: z), truth)
  }

  /// The printed norms of the reference at N = 1 and from N = 5; specs: attacks, section 1.13.
  @Test(arguments: [
    (Norm.linf, 1, [0.00086, 0.03592, 0.12682, 0.01285]),
    (.linf, 5, [0.00083, 0.03433, 0.11938, 0.01228]),
    (.linf, 20, [0.00083, 0.03433, 0.11938, 0.01228]),
    (.l2, 1, [0.00257, 0.10386, 0.33769, 0.03446]),
    (.l2, 5, [0.00246, 0.09935, 0.32872, 0.03300]),
    (.l2, 20, [0.00246, 0.09935, 0.32872, 0.03300]),
    (.l1, 1, [0.00555, 0.19923, .infinity, 0.06690]),
    (.l1, 5, [0.00530, 0.19674, 0.60606, 0.06534]),
    (.l1, 20, [0.00530, 0.19674, 0.60606, 0.06534]),
  ])
  func theReferencesNorms(_ norm: Norm, _ steps: Int, _ known: [Double]) throws {
    let found = try searchSmallest(
      FAB(steps: steps, parity: true), from: clean, norm: norm, targeted)
    for row in 0..<4 {
      let (mine, its) = (found.distances[row], known[row])
      #expect(mine == its || abs(mine - its) <= 1.1e-5, "row \(row): \(mine), not \(its)")
    }
  }

  /// The first step, by the formula in float64.
  @Test func oneStep() throws {
    let points = try searchSmallest(FAB(steps: 3), from: clean, norm: .l2, targeted).points
    let leaf = try points[0].leaf()
    let loss = try targeted(leaf).loss
    let slope = try gradient(of: loss.sum(), withRespectTo: leaf)
    // The first step begins at the input, so both projections are the same one. Row 2 meets the box.
    for row in [0, 1, 3] {
      let w = try slope.select(0, row).array(of: Float.self).map(Double.init)
      let x = try clean.select(0, row).array(of: Float.self).map(Double.init)
      let next = try points[1].select(0, row).array(of: Float.self).map(Double.init)
      let length = w.reduce(0) { $0 + $1 * $1 }
      let factor = try -1.05 * loss.detached().select(0, row).item() / length
      for index in w.indices {
        let known = min(1, max(0, x[index] + factor * w[index]))
        #expect(abs(next[index] - known) < 2e-6, "row \(row), coordinate \(index)")
      }
    }
  }

  /// Steps on a linear classifier without a box: one coordinate across its boundary x₀ = 1, one
  /// along it.
  @Test(arguments: [true, false])
  func pullAndRetreat(_ parity: Bool) throws {
    let origin = try Tensor([0, 0] as [Float], [1, 2])
    let ball = try Ball(
      around: origin, norm: .l2, radii: [Radius(1)], range: nil, reach: .box)
    let attack = FAB(parity: parity)
    var noise = Noise([Generator(seed: 0, stream: 0)])
    var state = try attack.begin(at: origin, in: ball)
    func next(_ x: [Float]) throws -> [Float] {
      let margin = try Tensor([x[0] - 1])
      let evaluation = Evaluation(
        x: try Tensor(x, [1, 2]), loss: margin, gradient: try Tensor([1, 0] as [Float], [1, 2]),
        margin: margin, steps: [0])
      return try attack.step(&state, evaluation, in: ball, noise: &noise).array(of: Float.self)
    }
    // δ₁ = (.2, 0) and δ₂ = (1, 0): α is α_max, less than .2 / 1.2.
    expect(try next([0.8, 0.4]), [0.9 * (0.8 + 0.21) + 0.1 * 1.05, 0.36])
    // δ₁ = (-.08, 0) from a tenth of the way back: α is .08 / 1.08.
    let share: Float = 0.08 / 1.08
    let known = [(1 - share) * (1.08 - 0.084) + share * 1.05, (1 - share) * 0.36]
    if parity {
      expect(try next([1.2, 0.4]), [1.08, 0.36])
      #expect(state.projections == [1])
      expect(try next([1.08, 0.36]), known)
    } else {
      expect(try next([1.2, 0.4]), known)
    }
    #expect(state.projections == [2])
  }

  func expect(_ found: [Float], _ known: [Float]) {
    for (mine, its) in zip(found, known) {
      #expect(abs(mine - its) < 1e-6, "\(found), not \(known)")
    }
  }

  /// One pass forward and one backward per projection find what the reference needs two for.
  @Test(arguments: Norm.allCases)
  func onePassPerProjection(_ norm: Norm) throws {
    let reference = try searchSmallest(
      FAB(steps: 50, parity: true), from: clean, norm: norm, targeted)
    let found = try searchSmallest(FAB(steps: 50), from: clean, norm: norm, targeted)
    for row in 0..<4 {
      #expect(found.forward[row] == 50 && found.backward[row] == 50)
      #expect(found.distances[row] <= reference.distances[row] * 1.005, "\(norm), row \(row)")
    }
  }

  @Test(arguments: Norm.allCases)
  func allClassesFindNoLessThanOne(_ norm: Norm) throws {
    let one = try searchSmallest(FAB(steps: 30), from: clean, norm: norm, targeted)
    let all = try searchSmallest(FAB(steps: 30), from: clean, norm: norm, untargeted)
    for row in 0..<4 { #expect(all.distances[row] <= one.distances[row] * 1.01) }
    #expect(all.backward.allSatisfy { $0 % 5 == 0 })
  }

  @Test func restartsStartElsewhereAndTargetsDoNot() throws {
    let ball = try Ball(
      around: clean, norm: .linf, radii: .init(repeating: Radius(0.1), count: 4), range: 0...1,
      reach: .box)
    var noise = Noise(
      (0..<4).map { Generator(seed: 1, stream: UInt64($0)) }, runs: [0, 8, 9, 17],
      restarts: [0, 0, 1, 1])
    let offset = try (FAB().start(in: ball, noise: &noise) - clean).flattenedRows()
    let lengths = try offset.absolute().max([1]).array(of: Float.self)
    for (length, known) in zip(lengths, [0, 0, 0.05, 0.05] as [Float]) {
      #expect(abs(length - known) < 1e-6)
    }
  }
}
