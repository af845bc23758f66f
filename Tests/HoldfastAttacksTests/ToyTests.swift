import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Attacks on the toy classifier step as the formulas say")
struct ToyTests {
  let toy = ToyClassifier()
  let golden: ToyGolden
  let clean: Tensor

  init() throws {
    golden = try .load()
    clean = try ToyClassifier.inputs()
  }

  func expect(_ found: [Float], _ known: [Float], within tolerance: Float, _ what: String) {
    let worst = zip(found, known).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? .infinity
    #expect(found.count == known.count && worst <= tolerance, "\(what): off by \(worst)")
  }

  func expect(_ x: Tensor, _ known: [[Float]], within tolerance: Float, _ what: String) throws {
    try expect(
      x.flattenedRows().array(of: Float.self), known.flatMap { $0 }, within: tolerance, what)
  }

  @Test func theClassifierIsTheOneOfTheSpec() throws {
    #expect(golden.labels == ToyClassifier.labels)
    try expect(clean, golden.inputs, within: 0, "inputs")
    try expect(toy.logits(clean), golden.logits, within: 2e-6, "logits")
    let known: [Float] = [0.413017, 0.920456, -0.813559, 1.158409, -0.336337, 1.132833]
    try expect(toy.logits(clean.slice(0, 0..<1)), [known], within: 2e-6, "the spec's row 0")
    let leaf = try clean.leaf()
    let loss = try toy.crossEntropy(leaf)
    try expect(loss.array(of: Float.self), golden.crossEntropy, within: 2e-6, "loss")
    try expect(
      gradient(of: loss.sum(), withRespectTo: leaf), golden.crossEntropyGradient, within: 2e-5,
      "gradient")
  }

  @Test func fgsm() throws {
    let points = try trace(
      FGSM(), from: clean, norm: .linf, radius: golden.fgsm.epsilon, loss: toy.crossEntropy)
    try expect(points[1].x, golden.fgsm.input, within: 1e-6, "the step")
  }

  @Test(arguments: [0, 1])
  func pgd(_ index: Int) throws {
    let run = golden.pgd[index]
    let norm = try #require(Norm(rawValue: run.norm))
    let attack = PGD(
      steps: run.steps.count, relativeStep: run.step / run.epsilon, randomStart: false)
    let points = try trace(
      attack, from: clean, norm: norm, radius: run.epsilon, loss: toy.crossEntropy)
    for (index, step) in run.steps.enumerated() {
      expect(points[index].loss, step.loss, within: 2e-5, "loss before step \(index)")
      try expect(points[index + 1].x, step.input ?? [], within: 2e-5, "point of step \(index)")
    }
    expect(points[run.steps.count].loss, run.finalLoss, within: 2e-5, "the last loss")
  }

  static let apgdRuns = 20

  @Test(arguments: 0..<apgdRuns)
  func apgd(_ index: Int) throws {
    let run = golden.apgd[index]
    let norm = try #require(Norm(rawValue: run.norm))
    let attack = APGD(steps: run.iterations, randomStart: false, parity: run.parity)
    var steps: [[Float]] = []
    let points = try trace(
      attack, from: clean, norm: norm, radius: run.epsilon,
      loss: run.loss == "ce" ? toy.crossEntropy : toy.dlr
    ) { state in
      steps.append(try state.stepSize.array(of: Float.self))
    }
    let what = "\(run.norm) \(run.loss) N=\(run.iterations)"
    var settled: Set<Int> = []
    for (index, step) in run.steps.enumerated() {
      // Where a loss moves by no more than rounding, whether it rose is a matter of the kernels,
      // and with it when steps halve; from where they disagree on, rows agree only nearly.
      if index > 0 {
        for row in run.rows {
          let known = step.loss[row] - run.steps[index - 1].loss[row]
          let found = points[index + 1].loss[row] - points[index].loss[row]
          let rounding = 5e-6 * (1 + abs(step.loss[row]))
          if (known > 0) != (found > 0), abs(known) < rounding, abs(found) < rounding {
            settled.insert(row)
          }
        }
      }
      for row in run.rows {
        expect(
          [points[index + 1].loss[row]], [step.loss[row]],
          within: settled.contains(row) ? 2e-3 : 5e-5,
          "\(what), loss of row \(row) after step \(index + 1)")
        if let sizes = step.step, !settled.contains(row) {
          expect(
            [steps[index][row]], [sizes[row]], within: 1e-6,
            "\(what), length of step \(index + 1) of row \(row)")
        }
      }
      if let input = step.input, run.rows.count == 4 {
        try expect(points[index + 1].x, input, within: 5e-5, "\(what), point of step \(index + 1)")
      }
    }
    for row in run.rows {
      let best = points.map { $0.loss[row] }.max() ?? 0
      expect(
        [best], [run.finalBest[row]], within: settled.contains(row) ? 2e-4 : 2e-5,
        "\(what), best of row \(row)")
    }
  }

  @Test func everyGoldenRunIsTested() {
    #expect(golden.apgd.count == Self.apgdRuns)
    #expect(Set(golden.apgd.map(\.iterations)) == [10, 20, 100])
  }

  /// The printed values of the reference, best losses without a random start.
  @Test(arguments: [
    (Norm.linf, 10, [2.43785, 1.37967, 0.20168, 2.25953]),
    (.linf, 20, [2.43785, 1.37967, 0.20168, 2.25953]),
    (.linf, 100, [2.43785, 1.37967, 0.20168, 2.25953]),
    (.l2, 10, [2.84301, 1.73110, 0.32062, 2.51301]),
    (.l2, 20, [2.84301, 1.73352, 0.32131, 2.51301]),
    (.l2, 100, [2.84301, 1.73346, 0.32179, 2.51301]),
  ])
  func theReferencesLosses(_ norm: Norm, _ steps: Int, _ known: [Float]) throws {
    let points = try trace(
      APGD(steps: steps, randomStart: false, parity: true), from: clean, norm: norm,
      radius: norm == .linf ? 0.05 : 0.2, loss: toy.crossEntropy)
    for row in 0..<4 {
      let best = points.map { $0.loss[row] }.max() ?? 0
      #expect(abs(best - known[row]) <= 2e-5, "row \(row): \(best), not \(known[row])")
    }
  }
}

@Suite("APGD's checkpoints")
struct CheckpointScheduleTests {
  @Test(arguments: [
    (10, Array(2...10)),
    (20, [4, 7, 9] + Array(10...20)),
    (30, [6, 11, 15, 18] + Array(20...30)),
    (40, [8, 15, 21, 26, 30, 33, 35, 37, 39]),
    (50, [11, 21, 30, 38, 45]),
    (100, [22, 41, 57, 70, 80, 87, 93, 99]),
    (200, [44, 82, 114, 140, 160, 174, 186, 198]),
    (300, [66, 123, 171, 210, 240, 261, 279, 297]),
  ])
  func checkpoints(_ steps: Int, _ known: [Int]) {
    let schedule = CheckpointSchedule(steps: steps)
    #expect(schedule.checkpoints == known)
    var before = 0
    for step in 0...steps {
      let window = schedule.window(endingAt: step)
      #expect(window == (known.contains(step) ? step - before : 0))
      if window > 0 { before = step }
    }
  }

  @Test func oneStep() { #expect(CheckpointSchedule(steps: 1).checkpoints == [1]) }
}
