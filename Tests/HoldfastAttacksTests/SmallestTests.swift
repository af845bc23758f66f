import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Attacks that seek the smallest perturbation, in the pool")
struct SmallestTests {
  let encoder: ToyEncoder
  let subject: Subject

  init() throws {
    encoder = try .image()
    subject = try encoder.toySubject()
  }

  static let spellings = ["fab:steps=20", "fab-t:steps=20", "cw:steps=60,searches=5,weight=0.1"]

  func norm(_ spelling: String) -> Norm { spelling.hasPrefix("cw") ? .l2 : .linf }

  func run(
    _ spelling: String, _ radii: [Double], count: Int = 4, subject: Subject? = nil,
    stop: StopRule = .firstSuccess
  ) throws -> [AttackOutcome] {
    let subject = subject ?? self.subject
    let jobs = try toyJobs(for: subject, count: count, radii: radii.map { Radius($0) })
    let recipe = try AttackTable.recipe(spelling, norm: norm(spelling))
    let outcomes = try runAttack(
      recipe, on: jobs, PoolSettings(subject: subject, norm: norm(spelling), stop: stop, slots: 4))
    return jobs.compactMap { outcomes[$0.id] }
  }

  /// Radii so dense that the first at which a sample falls is its smallest perturbation.
  func ladder(_ norm: Norm) -> [Double] {
    (0..<150).map { (norm == .linf ? 1e-3 : 1e-2) * pow(1.04, Double($0)) }
  }

  func pow(_ base: Double, _ exponent: Double) -> Double {
    (0..<Int(exponent)).reduce(1) { value, _ in value * base }
  }

  @Test(arguments: spellings)
  func oneRunAnswersForAllRadii(_ spelling: String) throws {
    let far = norm(spelling) == .linf ? 1.0 : 10
    // The first stands, so that no sample leaves before the end of its run.
    let all = try run(spelling, [1e-6, 0.02 * far, 0.5 * far])
    for outcome in all {
      #expect(outcome.radii.map(\.success)[0] == false)
      #expect(outcome.radii.map(\.success)[2] == true)
      #expect(outcome.radii[0].cost.runs == (spelling.hasPrefix("fab-t") ? 4 : 1))
      #expect(outcome.radii[1].cost == Cost() && outcome.radii[2].cost == Cost())
      for found in outcome.radii {
        #expect(found.success == (found.example != nil && (found.example?.margin ?? 0) > 0))
        if let example = found.example { #expect(example.distance <= found.radius.value) }
      }
    }
    // The middle radius by itself gives the same verdict.
    for (together, alone) in zip(all, try run(spelling, [0.02 * far])) {
      #expect(together.radii[1].success == alone.radii[0].success)
    }
  }

  @Test(arguments: spellings)
  func verdictsAreMonotone(_ spelling: String) throws {
    for outcome in try run(spelling, ladder(norm(spelling)), count: 3) {
      let fallen = outcome.radii.map(\.success)
      let first = try #require(fallen.firstIndex(of: true))
      #expect(fallen[first...].allSatisfy { $0 })
    }
  }

  @Test(arguments: spellings)
  func aSampleLeavesOnceEveryRadiusHasFallen(_ spelling: String) throws {
    let radius = norm(spelling) == .linf ? 0.5 : 5
    for outcome in try run(spelling, [radius]) {
      #expect(outcome.radii[0].success)
      #expect(outcome.radii[0].cost.runs == 0)
    }
  }

  /// The smallest radius on the ladder at which each sample falls.
  func smallest(_ outcomes: [AttackOutcome]) -> [Double] {
    outcomes.map { $0.radii.first(where: \.success)?.radius.value ?? .infinity }
  }

  @Test(arguments: ["fab:steps=40", "fab-t:steps=40", "cw:steps=200,searches=6,weight=1"])
  func findsNoLessThanPGD(_ spelling: String) throws {
    let norm = norm(spelling)
    let radii = ladder(norm)
    let mine = smallest(try run(spelling, radii))
    let jobs = try toyJobs(for: subject, count: 4, radii: radii.map { Radius($0) })
    let pgd = try runAttack(
      AttackTable.recipe("pgd:steps=40,random-start=false", norm: norm), on: jobs,
      PoolSettings(subject: subject, norm: norm))
    for (found, its) in zip(mine, smallest(jobs.compactMap { pgd[$0.id] })) {
      #expect(its.isFinite)
      let slack = spelling.hasPrefix("cw") ? 1.15 : 1.05
      #expect(found <= its * slack, "\(found), while PGD needs \(its)")
    }
  }

  @Test(arguments: spellings, [2, 3])
  func fewClasses(_ spelling: String, _ classes: Int) throws {
    let few = try encoder.toySubject(classes: classes)
    let far = norm(spelling) == .linf ? 1.0 : 10
    for outcome in try run(spelling, [1e-6, 0.9 * far], subject: few) {
      #expect(outcome.radii.map(\.success) == [false, true])
      let targets = spelling.hasPrefix("fab-t") ? classes - 1 : 1
      #expect(outcome.radii[0].cost.runs == targets)
    }
  }

  @Test func twoClassesCostOneGradient() throws {
    let two = try encoder.toySubject(classes: 2)
    for outcome in try run("fab:steps=20", [1e-6], subject: two) {
      #expect(outcome.radii[0].cost.backward <= 30)
    }
  }

  /// Runs at other targets start at the input; those again at the same target do not.
  @Test func restartsStartElsewhere() throws {
    let watch = WatchedEncoder(encoder)
    let job = try toyJobs(for: subject, count: 1, radii: [Radius(0.05)])[0]
    _ = try runAttack(
      AttackTable.recipe("fab-t:steps=1,targets=2,restarts=2"), on: [job],
      PoolSettings(subject: Subject(encoder: watch, head: subject.head), stop: .fullBudget))
    let starts = try watch.calls.filter(\.recorded).map { try $0.input.bytes() }
    let input = try job.input.bytes()
    #expect(starts.map { $0 == input } == [true, true, false, false])
    #expect(starts.last.map { $0 != starts[2] } == true)
  }

  @Test(arguments: [true, false])
  func reachesItsTarget(_ isFAB: Bool) throws {
    let attack: any Attack =
      isFAB ? FAB(steps: 40) : CarliniWagner(iterations: 150, searches: 5, weight: 1)
    let recipe = AttackRecipe(
      name: "targeted", attack: attack, objective: TargetLead(), targets: 3)
    let jobs = try toyJobs(for: subject, count: 4, radii: [Radius(8)])
    let outcomes = try runAttack(
      recipe, on: jobs, PoolSettings(subject: subject, criterion: TargetReached(), norm: .l2))
    for outcome in outcomes.values {
      let found = outcome.radii[0]
      let example = try #require(found.example)
      #expect(found.success)
      #expect(outcome.job.truth.rivals.prefix(3).contains(example.predicted))
    }
  }

  @Test(arguments: spellings)
  func aFullBudgetFillsEachRadius(_ spelling: String) throws {
    let far = norm(spelling) == .linf ? 1.0 : 10
    for outcome in try run(spelling, [0.1 * far, 0.2 * far], stop: .fullBudget) {
      for found in outcome.radii {
        let example = try #require(found.example)
        // As far as the box allows.
        #expect(example.distance > 0.7 * found.radius.value)
      }
      #expect(outcome.radii[1].example?.margin ?? 0 > outcome.radii[0].example?.margin ?? 0)
    }
  }

  @Test(arguments: spellings, [StopRule.firstSuccess, .fullBudget])
  func noNumberIsNotRobust(_ spelling: String, _ stop: StopRule) throws {
    let broken = WatchedEncoder(encoder) { (input, embedding) throws(TorchError) in
      input.requiresGradient ? try embedding * .nan : embedding
    }
    let jobs = try toyJobs(for: subject, count: 2, radii: [Radius(0.05)])
    let recipe = try AttackTable.recipe(spelling, norm: norm(spelling))
    #expect(throws: TorchError.self) {
      try runAttack(
        recipe, on: jobs,
        PoolSettings(
          subject: Subject(encoder: broken, head: subject.head), norm: norm(spelling), stop: stop))
    }
  }

  /// The margin that is shown to PGD stops rising at κ.
  @Test func theCapOfTheMargin() throws {
    let logits = try Tensor([3, 1, 0, 1, 5, 0] as [Float], [2, 3])
    let prediction = Prediction(embedding: logits, logits: logits)
    let truth = try Truth(labels: Tensor([0, 0]), cleanEmbedding: logits)
    for (kappa, known) in [(0.0, [-2, 0]), (3, [-2, 3]), (50, [-2, 4])] as [(Double, [Float])] {
      #expect(
        try CappedMargin(kappa: kappa).loss(prediction, truth).array(of: Float.self) == known)
    }
  }

  @Test func theMarginsOfAllClasses() throws {
    let logits = try Tensor([3, 1, 0, 1, 5, 0] as [Float], [2, 3])
    let prediction = Prediction(embedding: logits, logits: logits)
    let single = try Truth(labels: Tensor([0, 2]), cleanEmbedding: logits)
    #expect(
      try ClassMargins().loss(prediction, single).array(of: Float.self) == [-2, -3, 5, 1])
    let several = try Truth(
      labels: Tensor([0, 2]), partners: Tensor([true, true, false, false, true, true], [2, 3]),
      cleanEmbedding: logits)
    #expect(
      try ClassMargins().loss(prediction, several).array(of: Float.self)
        == [-3, -.infinity, -4, -.infinity])
  }
}
