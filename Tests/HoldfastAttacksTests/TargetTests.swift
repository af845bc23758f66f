import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Attacks towards a class")
struct TargetTests {
  /// What knows no classes, or one true partner alone.
  static let aimless: Set = [
    "apgd-embedding", "apgd-embedding-l2", "illusion", "apgd-goal", "crossmaxim", "apgd-rank",
  ]

  /// Attacks with enough steps to reach something, in the first norm that they take.
  static var spellings: [String] {
    AttackTable.entries.map(\.name).filter { $0 != "autoattack" && !aimless.contains($0) }
      .map { name in
        switch name {
        case "fgsm": name
        case "square": "square:queries=300"
        case "cw": "cw:steps=150,searches=5,weight=1"
        default: "\(name):steps=30"
        }
      } + ["autoattack:steps=20,queries=100,targets=4"]
  }

  @Test(arguments: spellings)
  func successMeansTheTargetIsOnTop(_ spelling: String) throws {
    let encoder = try ToyEncoder.image()
    let subject = try encoder.toySubject()
    let norm: Norm = spelling.hasPrefix("cw:") ? .l2 : .linf
    let radius = Radius(norm == .l2 ? 8 : 0.3)
    let jobs = try toyJobs(for: subject, count: 6, radii: [radius])
    for place in 0..<2 {
      var reached = 0
      for recipe in try AttackTable.recipes(spelling, norm: norm) {
        let aimed = try recipe.towardsTarget()
        #expect(aimed.name == recipe.name && aimed.targets == 1)
        #expect(aimed.isScreen == recipe.isScreen && aimed.restarts == recipe.restarts)
        let given = jobs.map { job in
          AttackJob(
            id: job.id, input: job.input, truth: job.truth.aiming(at: job.truth.rivals[place]),
            radii: job.radii)
        }
        let outcomes = try aimed.run(
          on: given, PoolSettings(subject: subject, criterion: TargetReached(), norm: norm))
        for outcome in outcomes {
          let target = outcome.job.truth.rivals[0]
          guard let example = outcome.radii[0].example else { continue }
          #expect(outcome.radii[0].success == (example.predicted == target && example.margin > 0))
          reached += outcome.radii[0].success ? 1 : 0
        }
      }
      // One step of the whole radius reaches little.
      #expect(reached > 0 || spelling == "fgsm", "\(spelling) never reached rival \(place)")
    }
  }

  @Test func whatKnowsNoClassesIsRefused() throws {
    for name in Self.aimless {
      let error = #expect(throws: UsageError.self) {
        try AttackTable.recipe(name).towardsTarget()
      }
      #expect(error?.message.contains("cannot aim at a class") == true)
    }
  }

  @Test func theLossesOfTargets() throws {
    let logits = try Tensor([4, 1, 0, 2, 1, 5, 3, 0] as [Float], [2, 4])
    let prediction = Prediction(embedding: logits, logits: logits)
    let truth = try Truth(
      labels: Tensor([0, 0]), targets: Tensor([3, 1]), cleanEmbedding: logits)
    // The lead of 2 over 4, and of 5 over 3; spreads of 4 - 1 and 5 - 1.
    try expectClose(TargetLead().loss(prediction, truth), Tensor([-2, 2] as [Float]), atol: 1e-6)
    try expectClose(
      CappedLead(kappa: 1).loss(prediction, truth), Tensor([-2, 1] as [Float]), atol: 1e-6)
    try expectClose(
      LeadRatio().loss(prediction, truth), Tensor([-2.0 / 3, 0.5] as [Float]), atol: 1e-6)
    try expectClose(
      LeadRatio().loss(
        Prediction(embedding: logits, logits: logits * 7), truth),
      Tensor([-2.0 / 3, 0.5] as [Float]), atol: 1e-5)
  }
}
