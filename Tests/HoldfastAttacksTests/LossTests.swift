import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

/// specs: attacks, sections 1.0 and 1.13.
@Suite("The difference of logits ratio")
struct LossTests {
  let toy = ToyClassifier()
  let clean: Tensor
  /// The classes of each sample, the likeliest first.
  let ranked: [[Int]]

  init() throws {
    clean = try ToyClassifier.inputs()
    let order = try toy.logits(clean).sorted(1, descending: true).indices
    ranked = try (0..<4).map { try order.select(0, $0).array(of: Int.self) }
  }

  func expect(_ loss: Tensor, _ known: [Float]) throws {
    try expectClose(loss, Tensor(known), atol: 2e-6, rtol: 2e-6)
  }

  static let ratios: [Float] = [-0.107484, -0.855464, -0.790238, -0.839138]

  @Test func whereTheLabelIsOnTop() throws {
    try expect(toy.loss(DifferenceOfLogitsRatio(), clean), Self.ratios)
  }

  @Test func whereTheLabelIsSecond() throws {
    let loss = try toy.loss(DifferenceOfLogitsRatio(), clean, labels: ranked.map { $0[1] })
    try expect(loss, Self.ratios.map { -$0 })
  }

  @Test("it is flat where the label is third")
  func plateau() throws {
    let leaf = try clean.leaf()
    let loss = try toy.loss(DifferenceOfLogitsRatio(), leaf, labels: ranked.map { $0[2] })
    try expect(loss, [1, 1, 1, 1])
    let slope = try gradient(of: loss.sum(), withRespectTo: leaf)
    #expect(try slope.absolute().max().item() < 1e-5)
  }

  @Test func towardsTheSecondClass() throws {
    let loss = try toy.loss(
      TargetedDifferenceOfLogitsRatio(), clean, targets: ranked.map { $0[1] })
    try expect(loss, [-0.052019, -0.684427, -0.765634, -0.523456])
  }

  func loss(
    _ objective: some Objective, _ logits: [Float], label: Int, target: Int? = nil
  ) throws -> Double {
    let z = try Tensor(logits, [1, logits.count])
    let truth = Truth(
      labels: try Tensor([label]), targets: try Tensor([target ?? label]), cleanEmbedding: z)
    return try objective.loss(Prediction(embedding: z, logits: z), truth).item()
  }

  @Test func twoClassesHaveAMargin() throws {
    #expect(try loss(DifferenceOfLogitsRatio(), [3, 1], label: 0) == -2)
    #expect(try loss(TargetedDifferenceOfLogitsRatio(), [3, 1], label: 0, target: 1) == -2)
    #expect(try loss(DifferenceOfLogitsRatio(), [1, 3], label: 0) == 2)
  }

  @Test func threeClassesHaveOneDivisor() throws {
    let logits: [Float] = [4, 1, 0]
    #expect(try abs(loss(DifferenceOfLogitsRatio(), logits, label: 0) + 0.75) < 1e-6)
    let targeted = TargetedDifferenceOfLogitsRatio()
    #expect(try abs(loss(targeted, logits, label: 0, target: 1) + 0.75) < 1e-6)
    #expect(try abs(loss(targeted, logits, label: 0, target: 2) + 1) < 1e-6)
  }

  @Test func aScaleOfTheLogitsChangesNothing() throws {
    let logits: [Float] = [4, 1, 0, -3, 2]
    let scaled = logits.map { $0 * 64 }
    let plain = DifferenceOfLogitsRatio()
    let targeted = TargetedDifferenceOfLogitsRatio()
    #expect(try loss(plain, logits, label: 0) == loss(plain, scaled, label: 0))
    #expect(
      try loss(targeted, logits, label: 0, target: 3)
        == loss(targeted, scaled, label: 0, target: 3))
  }

  /// Best losses of the reference for the only sample that stands.
  ///
  /// In 20 steps it comes to a place where the loss moves by no more than rounding, so how soon its
  /// steps halve is a matter of the kernels.
  @Test(arguments: [(10, -0.54240, 2e-5), (20, -0.54200, 2e-4), (100, -0.54200, 2e-5)])
  func theReferencesLosses(_ steps: Int, _ known: Float, _ tolerance: Float) throws {
    let points = try trace(
      APGD(steps: steps, randomStart: false, parity: true), from: clean, norm: .linf,
      radius: 0.05
    ) { x throws(TorchError) in try toy.loss(DifferenceOfLogitsRatio(), x) }
    let best = points.map { $0.loss[2] }.max() ?? 0
    #expect(abs(best - known) <= tolerance, "\(best), not \(known)")
  }
}
