import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAttacks

@Suite("Attacks on retrieval")
struct RetrievalAttackTests {
  /// A toy before a gallery of twelve, in which each input has its second and fifth best as
  /// partners.
  private func jobs(
    _ subject: Subject, count: Int = 4, radius: Double = 0.03
  ) throws -> [AttackJob] {
    try subject.encoder.toyInputs(count).enumerated().map { index, input in
      let prediction = try withoutGradients { () throws(TorchError) in
        try subject.predict(input)
      }
      let order = try #require(prediction.logits).select(0, 0).sorted(0, descending: true)
        .indices.array(of: Int.self)
      return AttackJob(
        id: "input-\(index)", input: input,
        truth: try SampleTruth(label: order[1], partners: [order[4]], of: prediction),
        radii: [Radius(radius)])
    }
  }

  private func logits(_ subject: Subject, _ input: Tensor) throws -> [Float] {
    try withoutGradients {
      try #require(try subject.predict(input).logits).array(of: Float.self)
    }
  }

  /// What the attack makes of each input, and the logits before and after.
  ///
  /// No input can lose all of the index, so what is kept is the input of highest loss.
  private func effect(
    _ spelling: String, count: Int = 4
  ) throws -> [(truth: SampleTruth, outcome: RadiusOutcome, before: [Float], after: [Float])] {
    let subject = try ToyEncoder.image().toySubject(classes: 12)
    let jobs = try jobs(subject, count: count)
    let outcomes = try runAttack(
      AttackTable.recipe(spelling), on: jobs,
      PoolSettings(
        subject: subject, criterion: RankLost(rank: 12), stop: .fullBudget, slots: 3))
    return try jobs.map { job in
      let outcome = try #require(outcomes[job.id]).radii[0]
      let example = try #require(outcome.example)
      return (
        job.truth, outcome, try logits(subject, job.input), try logits(subject, example.input)
      )
    }
  }

  @Test func crossMaximPushesThePairAway() throws {
    for found in try effect("crossmaxim") {
      #expect(found.after[found.truth.label] < found.before[found.truth.label])
      #expect(found.outcome.cost.backward == 20)
    }
  }

  /// The form for all partners gets further away from their mean, the plain one from the first.
  @Test func allPartnersOrTheFirst() throws {
    func sums(_ spelling: String) throws -> (pair: Float, mean: Float) {
      try effect(spelling, count: 8).reduce((0, 0)) { sums, found in
        let mean = found.truth.partners.reduce(0) { $0 + found.after[$1] } / 2
        return (sums.0 + found.after[found.truth.label], sums.1 + mean)
      }
    }
    let (one, all) = (try sums("crossmaxim"), try sums("crossmaxim:all=true"))
    #expect(one.pair < all.pair)
    #expect(all.mean < one.mean)
  }

  @Test func crossFireComesNearTheHardestNegative() throws {
    for found in try effect("crossfire") {
      let hardest = found.truth.rivals[0]
      #expect(!found.truth.partners.contains(hardest))
      #expect(
        found.before[hardest]
          == found.before.indices.filter { !found.truth.partners.contains($0) }
          .map { found.before[$0] }.max())
      #expect(found.after[hardest] > found.before[hardest])
    }
  }

  /// The strong forms go at least as far as the loops of the papers, in the sum over six inputs;
  /// on a toy as smooth as this there is little to gain.
  @Test(arguments: ["crossmaxim", "crossfire"])
  func autoPGDGoesAsFar(_ name: String) throws {
    func reached(_ options: String) throws -> Float {
      try effect(name + options, count: 6).reduce(0) { sum, found in
        sum
          + (name == "crossmaxim"
            ? -found.after[found.truth.label] : found.after[found.truth.rivals[0]])
      }
    }
    let (strong, plain) = (try reached(":search=apgd"), try reached(""))
    #expect(strong > plain - 0.05)
  }

  /// The rank's own loss breaks R@1 and R@5 at least as often as the others, at equal steps.
  @Test func theRankLossBreaksRanks() throws {
    func rank(_ found: [Float], _ truth: SampleTruth) -> Int {
      let best = truth.partners.map { found[$0] }.max() ?? 0
      return 1 + found.indices.count { found[$0] >= best && !truth.partners.contains($0) }
    }
    func ranks(_ spelling: String) throws -> [Int] {
      try effect(spelling, count: 12).map { rank($0.after, $0.truth) }
    }
    let first = try ranks("apgd-rank:steps=20")
    let fifth = try ranks("apgd-rank:steps=20,rank=5")
    #expect(first.allSatisfy { $0 > 1 })
    #expect(fifth.reduce(0, +) > first.reduce(0, +))
  }

  /// Equation 18 by hand: x ← Π(x + ε/T · sign g), from the input itself.
  @Test func crossMaximIsTheLoopOfThePaper() throws {
    let clean = try ToyClassifier.inputs()
    let radius = 0.03
    let recipe = try AttackTable.recipe("crossmaxim:steps=5")
    let attack = try #require(recipe.attack as? PGD)
    #expect(try AttackTable.recipe("crossmaxim").attack.steps == 20)
    let toy = ToyClassifier()
    func loss(_ x: Tensor) throws(TorchError) -> Tensor {
      let z = try toy.logits(x)
      return try recipe.objective.loss(
        Prediction(embedding: z, logits: z),
        Truth(labels: Tensor(ToyClassifier.labels), cleanEmbedding: z))
    }
    let points = try trace(attack, from: clean, norm: .linf, radius: radius, loss: loss)
    var x = clean
    for (index, point) in points.enumerated() {
      try expectClose(point.x, x, atol: 1e-6, "step \(index)")
      let leaf = try x.leaf()
      let own = try -toy.logits(leaf).gathering(1, Tensor(ToyClassifier.labels).unsqueezed(1))
      let slope = try gradient(of: own.sum(), withRespectTo: leaf)
      let moved = try x + slope.sign() * (radius / 5)
      x = try moved.minimum(clean + radius).maximum(clean - radius).clamped(0, 1)
    }
  }

  // MARK: SGA

  @Test func viewsAreThePointAndNoisyCopies() throws {
    let x = try Tensor.concatenating(ToyEncoder.image().toyInputs(2))
    var noise = Noise((0..<2).map { Generator(seed: 1, stream: UInt64($0)) })
    let views = try SGA().views(of: x, noise: &noise)
    #expect(views.map(\.isPoint) == [true, false, false, false, false])
    #expect(try views[0].input.bytes() == x.bytes())
    for view in views.dropFirst() {
      #expect(view.input.shape == x.shape)
      let size = try (view.input - x).squared().mean().item().squareRoot()
      #expect(size > 0.02, "the copy is not another picture")
    }
  }

  /// Without noise only the scale is left: half the size loses what a checkerboard is made of, and
  /// a flat picture loses nothing at any scale.
  @Test func scalesComeBack() throws {
    var noise = Noise([Generator(seed: 1, stream: 0)])
    let board = try Tensor((0..<64).map { Float(($0 / 8 + $0 % 8) % 2) }, [1, 1, 8, 8])
    let silent = SGA(noise: 0)
    let half = try silent.views(of: board, noise: &noise)[1].input
    #expect(try half.max().item() - half.min().item() < 0.2)
    for view in try silent.views(of: .full(0.5, [1, 1, 8, 8]), noise: &noise) {
      #expect(try (view.input - 0.5).absolute().max().item() < 1e-6)
    }
  }

  @Test func whatIsNoPictureGetsNoiseAlone() throws {
    let x = try Tensor.zeros([1, 12, 3])
    var noise = Noise([Generator(seed: 1, stream: 0)])
    let views = try SGA().views(of: x, noise: &noise)
    for view in views.dropFirst() {
      let size = try view.input.squared().mean().item().squareRoot()
      #expect((0.02...0.09).contains(size))
    }
    for view in try SGA(noise: 0).views(of: x, noise: &noise) {
      #expect(try view.input.absolute().max().item() == 0)
    }
  }

  @Test func theModelIsShownLegalInputsOnly() throws {
    let watch = WatchedEncoder(try ToyEncoder.image())
    let subject = try watch.toySubject()
    let jobs = try toyJobs(for: subject, count: 2, radii: [Radius(0.1)])
    watch.forget()
    let outcomes = try runAttack(
      AttackTable.recipe("sga:steps=3,noise=0.5"), on: jobs,
      PoolSettings(subject: subject, stop: .fullBudget))
    for call in watch.calls {
      #expect(try call.input.min().item() >= 0 && call.input.max().item() <= 1)
    }
    // Five views at each of four points, and the last test.
    #expect(outcomes.values.allSatisfy { $0.radii[0].cost.forward == 5 * 4 + 1 })
    #expect(outcomes.values.allSatisfy { $0.radii[0].cost.backward == 5 * 3 })
  }

  /// The last point needs no gradient, so where no loss is compared it is shown as it is and no
  /// more.
  @Test func theLastPointIsShownOnce() throws {
    let subject = try ToyEncoder.image().toySubject()
    let jobs = try toyJobs(for: subject, count: 2, radii: [Radius(1e-6)])
    let outcomes = try runAttack(
      AttackTable.recipe("sga:steps=3"), on: jobs, PoolSettings(subject: subject))
    #expect(outcomes.values.allSatisfy { !$0.radii[0].success })
    #expect(outcomes.values.allSatisfy { $0.radii[0].cost.forward == 5 * 3 + 1 })
    #expect(outcomes.values.allSatisfy { $0.radii[0].cost.backward == 5 * 3 })
  }

  // MARK: Spellings

  @Test func formsHaveNamesOfTheirOwn() throws {
    let names = [
      ("crossmaxim", "crossmaxim"), ("crossmaxim:all=true", "crossmaxim-all"),
      ("crossmaxim:search=apgd", "crossmaxim-apgd"),
      ("crossmaxim:search=apgd,all=true", "crossmaxim-all-apgd"),
      ("crossfire:search=apgd", "crossfire-apgd"), ("apgd-rank:rank=5", "apgd-rank-5"),
    ]
    for (spelling, name) in names { #expect(try AttackTable.recipe(spelling).name == name) }
    #expect(try AttackTable.recipe("crossmaxim:search=apgd").attack.steps == 100)
    #expect(try AttackTable.recipe("crossfire").targets == 1)
    // 0.5/255 at 2/255.
    let sga = try AttackTable.recipe("sga").attack as? SGA
    #expect(sga?.relativeStep == 0.25)
  }

  @Test(arguments: [
    "crossmaxim:search=fgsm", "crossmaxim:restarts=2", "crossmaxim:all=1", "crossfire:all=true",
    "crossfire:targets=0", "sga:noise=-1", "sga:steps=0", "apgd-rank:rank=0",
  ])
  func nonsense(_ text: String) {
    #expect(throws: UsageError.self) { try AttackTable.recipe(text) }
  }
}
