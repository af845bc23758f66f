import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Auto-PGD in L1")
struct SparseAPGDTests {
  /// Best losses of the reference from the input itself (specs: attacks, section 1.13).
  @Test(arguments: [10, 20, 100])
  func theReferencesLosses(_ iterations: Int) throws {
    let toy = ToyClassifier()
    let points = try trace(
      SparseAPGD(iterations: iterations, randomStart: false), from: ToyClassifier.inputs(),
      norm: .l1, radius: 0.5, loss: toy.crossEntropy)
    #expect(points.count == iterations + 1)
    for (row, known) in [3.49575, 2.28493, 0.51876, 2.96880].enumerated() {
      let best = points.map { $0.loss[row] }.max() ?? 0
      #expect(abs(Double(best) - known) <= 2e-5, "row \(row): \(best), not \(known)")
    }
  }

  @Test func theTableKnowsIt() throws {
    let recipe = try AttackTable.recipe("apgd-t:steps=30,large-radii=true,targets=5", norm: .l1)
    #expect(recipe.attack as? SparseAPGD == SparseAPGD(iterations: 30, largeRadii: true))
    #expect(recipe.targets == 5)
    #expect(try AttackTable.recipe("apgd-ce", norm: .l2).attack is APGD)
    for (text, norm) in [
      ("apgd-ce:large-radii=true", Norm.linf), ("apgd-ce:rho=0.5", .l1),
      ("apgd-ce:parity=false", .l1),
    ] {
      let error = #expect(throws: UsageError.self) { try AttackTable.recipe(text, norm: norm) }
      #expect(error?.message.contains("l1") == true)
    }
  }

  @Test(arguments: [(100, [30, 30, 40]), (10, [3, 3, 4]), (5, [2, 2, 1]), (1, [1, 1, 0])])
  func stagesComeFromOutside(_ iterations: Int, _ known: [Int]) {
    let attack = SparseAPGD(iterations: iterations, largeRadii: true)
    #expect(attack.stages.map(\.steps) == known)
    // Each stage evaluates its first point and one per step.
    let wide = known.enumerated().flatMap { [Double](repeating: [3, 2, 1][$0], count: $1 + 1) }
    #expect((0...attack.steps).map { attack.widening(atStep: $0) } == wide)
    #expect(attack.moment(attack.steps).left == 0)
    #expect(SparseAPGD(iterations: iterations).steps == iterations)
  }

  @Test func anEndOfAStageNeedsNoGradient() throws {
    let attack = SparseAPGD(iterations: 5, largeRadii: true)
    let ball = try Ball(around: .zeros([1, 4]), norm: .l1, radii: [Radius(1)], range: nil)
    let state = try attack.begin(at: ball.origin, in: ball)
    #expect(
      attack.needsGradient(state, steps: Array(0...attack.steps))
        == [true, true, false, true, true, false, true, false])
  }

  /// Points of the first stages are outside the radius; none of them is taken for a success.
  @Test(arguments: [StopRule.firstSuccess, .fullBudget])
  func onlyTheRadiusCounts(_ stop: StopRule) throws {
    let subject = try ToyEncoder.image().toySubject()
    let radius = Radius(1.2)
    let jobs = try toyJobs(for: subject, count: 10, radii: [radius])
    let attack = SparseAPGD(iterations: 20, largeRadii: true)
    var standing = 0
    for job in jobs {
      let watch = WatchedEncoder(subject.encoder)
      let recipe = AttackRecipe(name: "l1", attack: attack, objective: CrossEntropy())
      let settings = PoolSettings(
        subject: Subject(encoder: watch, head: subject.head), norm: .l1, stop: stop, slots: 1)
      let found = try #require(try runAttack(recipe, on: [job], settings)[job.id]).radii[0]
      let sizes = try watch.calls.map { try ($0.input - job.input).norm(1).item() }
      #expect((sizes.max() ?? 0) > 2.5 * radius.value, "no point was ever outside")
      #expect(sizes.allSatisfy { $0 <= 3 * radius.value * (1 + 1e-5) })
      let early = Array(zip(watch.calls, sizes).prefix(14))
      let fooled = try early.contains { call, _ in
        try withoutGradients {
          let prediction = try subject.predict(call.input)
          return try prediction.logits?.argmax(1).item() != Double(job.truth.label)
        }
      }
      if let example = found.example { #expect(example.distance <= radius.value * (1 + 1e-12)) }
      if !found.success || stop == .fullBudget {
        #expect(found.cost.forward - 23 <= 1, "a point and a test too many")
        #expect(found.cost.forward >= 23)
      }
      // Fooled outside, and yet it went on until it was fooled inside, or stood.
      if fooled { #expect(found.cost.forward > 14) }
      if fooled, !found.success { standing += 1 }
    }
    #expect(standing > 0, "no sample fell outside and stood inside: the radius says nothing")
  }

  @Test func aStepMovesTheLargestShare() throws {
    let attack = SparseAPGD(iterations: 4)
    let ball = try Ball(
      around: .zeros([2, 10]), norm: .l1, radii: [Radius(1), Radius(2)], range: nil)
    var state = try attack.begin(at: ball.origin, in: ball)
    var noise = Noise([Generator(seed: 0, stream: 0), Generator(seed: 0, stream: 1)])
    let slope = (1...10).map { Float($0 % 2 == 0 ? $0 : -$0) }
    let evaluation = Evaluation(
      x: ball.origin, loss: try .zeros([2]), gradient: try Tensor(slope + slope, [2, 10]),
      margin: try .zeros([2]), steps: [0, 0])
    let x = try attack.step(&state, evaluation, in: ball, noise: &noise)
    // A fifth of ten coordinates: at index 8 of the ascending sizes and above.
    let known: [Float] = [0, 0, 0, 0, 0, 0, 0, 0, -0.5, 0.5]
    try expectClose(x, Tensor(known + known.map { $0 * 2 }, [2, 10]), atol: 1e-6)
  }
}
