import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

/// An attack that steps to its gradient, so that a test sees what a combinator made of it.
private struct Passive: OneStep {
  static let name = "passive"

  func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor { evaluation.gradient }
}

@Suite("Transformations of inputs, for examples that transfer")
struct TransformationTests {
  private func noise(_ rows: Range<Int>) -> Noise {
    Noise(rows.map { Generator(seed: 2, stream: UInt64($0)) })
  }

  private func uniform(_ shape: [Int]) throws -> Tensor {
    var generator = Generator(seed: 4, stream: "pictures")
    return try generator.uniform(shape)
  }

  // MARK: TI

  @Test(arguments: [1, 3, 15])
  func aSmoothedGradientIsTheConvolution(_ size: Int) throws {
    let gradient = try uniform([2, 3, 5, 7])
    let attack = TranslationInvariant(Passive(), size: size)
    let ball = try Ball(
      around: gradient, norm: .linf, radii: [Radius(1), Radius(1)], range: nil)
    var (state, noise) = (try attack.begin(at: gradient, in: ball), noise(0..<2))
    let rows = try Tensor.zeros([2])
    let smooth = try attack.step(
      &state, Evaluation(x: gradient, loss: rows, gradient: gradient, margin: rows, steps: [0, 0]),
      in: ball, noise: &noise
    ).array(of: Float.self)

    // Dong et al.: exp(-t²/2) of t from -3 to 3, normalised; zeros beyond the edges.
    let reach = size / 2
    let raw = (-reach...reach).map { exp(-pow(3 * Double($0) / Double(max(1, reach)), 2) / 2) }
    let weights = raw.map { $0 / raw.reduce(0, +) }
    let values = try gradient.array(of: Float.self)
    for plane in 0..<6 {
      for row in 0..<5 {
        for column in 0..<7 {
          var sum = 0.0
          for (i, v) in weights.enumerated() {
            for (j, h) in weights.enumerated() {
              let (r, c) = (row + i - reach, column + j - reach)
              guard (0..<5).contains(r), (0..<7).contains(c) else { continue }
              sum += v * h * Double(values[(plane * 5 + r) * 7 + c])
            }
          }
          #expect(abs(Double(smooth[(plane * 5 + row) * 7 + column]) - sum) < 1e-6)
        }
      }
    }
  }

  // MARK: SI

  @Test func copiesFadeByPowersOfTwo() throws {
    let x = try uniform([2, 3, 4, 4])
    var noise = noise(0..<2)
    let views = try ScaleInvariant(FGSM(), copies: 4).views(of: x, noise: &noise)
    #expect(views.map(\.isPoint) == [true, false, false, false])
    for (copy, view) in views.enumerated() {
      try expectClose(view.input, x * pow(2, -Double(copy)), atol: 0, "copy \(copy)")
    }
  }

  @Test func theGradientIsTheMeanOverCopies() throws {
    let encoder = try ToyEncoder.image()
    let subject = try encoder.toySubject()
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.1)])[0]
    let truth = try Truth([job.truth], targets: [nil], on: .cpu)
    var noise = noise(0..<1)
    let answer = try Evaluator(
      attack: ScaleInvariant(FGSM(), copies: 3), objective: CrossEntropy(),
      criterion: Misclassification(), subject: subject
    )(job.input, truth, wantsGradient: [true], noise: &noise)

    // ∇ of L(x / 2^i) is 2^-i times the gradient of L there.
    var mean = try job.input.zerosLike()
    for factor in [1, 0.5, 0.25] {
      let leaf = try (job.input * factor).leaf()
      let loss = try CrossEntropy().loss(subject.predict(leaf), truth).sum()
      mean = try mean + gradient(of: loss, withRespectTo: leaf) * (factor / 3)
    }
    try expectClose(answer.gradient, mean, atol: 1e-6, "gradient")
    #expect(answer.forward == [3] && answer.backward == [3])
    let plain = try Misclassification().margin(subject.predict(job.input), truth)
    try expectClose(answer.margin, plain, atol: 1e-6, "the margin is that of the point itself")
  }

  // MARK: DI

  private func changed(_ x: Tensor, _ probability: Double, _ rows: Range<Int>) throws -> Tensor {
    var noise = noise(rows)
    let views = try DiverseInput(FGSM(), probability: probability).views(of: x, noise: &noise)
    #expect(views.count == 1 && !views[0].isPoint)
    return views[0].input
  }

  @Test func aPictureIsShrunkAndPlacedOnBlack() throws {
    let x = try Tensor.ones([40, 3, 20, 30])
    let shown = try changed(x, 1, 0..<40)
    var sizes: Set<[Int]> = []
    var corners: Set<[Int]> = []
    for row in 0..<40 {
      let picture = try shown.select(0, row).select(0, 0)
      let lit = try (0..<20).map { y in
        try picture.select(0, y).array(of: Float.self).map { $0 > 0.5 }
      }
      let rows = lit.indices.filter { lit[$0].contains(true) }
      let columns = (0..<30).filter { column in lit.contains { $0[column] } }
      // A rectangle of ones, of at least nine tenths of each side, and black around it.
      #expect(try picture.sum().item() == Double(rows.count * columns.count))
      #expect((18..<20).contains(rows.count))
      #expect(columns.count == Int((Double(rows.count) * 1.5).rounded()))
      sizes.insert([rows.count, columns.count])
      corners.insert([rows.first ?? -1, columns.first ?? -1])
    }
    #expect(sizes.count == 2 && corners.count > 4)
  }

  @Test func oneDrawServesAllFramesAndChannels() throws {
    let shown = try changed(.ones([1, 3, 4, 20, 20]), 1, 0..<1).reshaped([12, 20, 20])
    let first = try shown.select(0, 0)
    for plane in 1..<12 { try expectClose(shown.select(0, plane), first, atol: 1e-6, "\(plane)") }
  }

  @Test func howOftenIsTheProbability() throws {
    let x = try uniform([200, 1, 6, 6])
    for (probability, range) in [(0.0, 0...0), (0.5, 75...125), (1.0, 200...200)] {
      let shown = try changed(x, probability, 0..<200)
      let touched = try (shown - x).absolute().flattenedRows().max([1]).array(of: Float.self)
      #expect(range.contains(touched.count { $0 > 0 }))
    }
  }

  @Test func aSampleIsChangedAsItWouldBeAlone() throws {
    let x = try uniform([6, 3, 12, 12])
    let together = try changed(x, 0.5, 0..<6)
    for row in 0..<6 {
      let alone = try changed(x.slice(0, row..<row + 1), 0.5, row..<row + 1)
      try expectClose(together.slice(0, row..<row + 1), alone, atol: 0, "row \(row)")
    }
  }

  /// The change is linear in x, so with the same draw its gradient against w is that of ⟨w, A x⟩.
  @Test func gradientsFlowBackThroughTheChange() throws {
    let (x, w) = (try uniform([2, 3, 12, 12]), try uniform([2, 3, 12, 12]).flipped([2]))
    let leaf = try x.leaf()
    let slope = try gradient(of: (changed(leaf, 1, 0..<2) * w).sum(), withRespectTo: leaf)
    let known = try (changed(x, 1, 0..<2) * w).sum().item()
    #expect(try abs((slope * x).sum().item() - known) < 1e-3)
    #expect(try slope.absolute().sum().item() > 1)
  }

  // MARK: As options

  static let all = "mi-fgsm:steps=4,diversity=0.5,translation=3,scales=3"

  @Test(arguments: [InvariantTests.Toy.image, .spectrogram, .video], Norm.allCases)
  func promisesAreKept(_ toy: InvariantTests.Toy, _ norm: Norm) throws {
    try checkAttackInvariants(
      AttackTable.recipe(Self.all, norm: norm), on: toy.encoder(), norm: norm,
      radii: toy.radii(norm), samples: 3)
  }

  @Test func optionsAreWrappedInOrder() throws {
    let attack = try AttackTable.recipe(Self.all).attack
    let known = TranslationInvariant(
      DiverseInput(ScaleInvariant(MIFGSM(steps: 4), copies: 3), probability: 0.5), size: 3)
    #expect("\(attack)" == "\(known)")
    #expect(try AttackTable.recipe("mi-fgsm").attack is MIFGSM)
  }

  @Test(arguments: ["diversity=0.5", "translation=5", "scales=2"])
  func pointsAreRefused(_ option: String) throws {
    let recipe = try AttackTable.recipe("mi-fgsm:\(option)")
    let encoder = try ToyEncoder.points()
    let refusal = #expect(throws: UsageError.self) { try recipe.attack.check(encoder.input) }
    #expect(refusal?.message.contains(option.prefix { $0 != "=" }) == true)
    let subject = try encoder.toySubject()
    let jobs = try toyJobs(for: subject, count: 1, radii: [Radius(0.1)])
    let error = #expect(throws: TorchError.self) {
      try runAttack(recipe, on: jobs, PoolSettings(subject: subject))
    }
    #expect(error?.message == refusal?.message)
  }

  @Test(arguments: [
    "translation=2", "translation=0", "translation=-3", "translation=1001", "diversity=1.1",
    "diversity=-0.1", "scales=0",
  ])
  func nonsenseIsRefused(_ option: String) {
    #expect(throws: UsageError.self) { try AttackTable.recipe("mi-fgsm:\(option)") }
  }
}
