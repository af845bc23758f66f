import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastLayers
import HoldfastTraining
import Testing

@Suite("The table of training methods")
struct TrainingTableTests {
  private func made(_ text: String) throws -> any TrainingDefense {
    try #require(DefenseTable.defense(text, isGuided: false) as? any TrainingDefense)
  }

  @Test("states what a step costs, what it needs, what it trains and whence it comes")
  func facts() throws {
    let costs = [
      "fare": "12 F + 11 B", "tecoa": "11 F + 11 B", "trades": "13 F + 12 B",
      "pmg-aft": "5 F + 4 B", "tga-zsr": "5 F + 4 B", "comp-tga": "5 F + 4 B",
      "saft": "5 F + 4 B", "laat": "9 F + 9 B", "sim-clip": "12 F + 11 B",
      "rlbind": "12 F + 11 B, then 12 F + 12 B", "shallow": "12 F + 11 B",
    ]
    let trained = DefenseTable.entries.filter { $0.training != nil }
    #expect(Set(trained.map(\.name)) == Set(costs.keys))
    for entry in trained {
      let facts = try #require(entry.training)
      #expect(facts.costInWords == costs[entry.name], "\(entry.name)")
      #expect(!entry.source.isEmpty && entry.passes == "1 F")
      let shares = try made(entry.name).stages.map(\.share).reduce(0, +)
      #expect(abs(shares - 1) < 1e-9)
    }
    let words = Dictionary(
      uniqueKeysWithValues: trained.map { ($0.name, $0.training?.needsInWords ?? "") })
    #expect(words["fare"] == "inputs alone" && words["tecoa"] == "labels")
    #expect(words["saft"] == "labels, texts, captions, tokens")
    let parts = Dictionary(
      uniqueKeysWithValues: trained.map { ($0.name, $0.training?.trains ?? "") })
    #expect(parts["fare"] == "full" && parts["shallow"] == "shallow")
    #expect(parts["rlbind"] == "lora:rank=16,alpha=16,targets=attention")
  }

  @Test("makes what is spelled, with the published settings for the rest")
  func parsing() throws {
    let fare = try made("fare")
    #expect(fare.inner == InnerSearch(steps: 10, relativeStep: 0.25, radius: Radius(4.0 / 255)))
    #expect(fare.stages[0].inner?.keeps == .last)
    #expect(
      try made("fare:epsilon=2/255,step=0.5,inner-steps=5,norm=l2") as? FARE
        == FARE(
          inner: InnerSearch(steps: 5, relativeStep: 0.5, norm: .l2, radius: Radius(2.0 / 255))))
    let original = try made("tecoa:recipe=original")
    #expect(original.inner.steps == 2 && original.inner.radius == Radius(1.0 / 255))
    #expect(original.optimization.method == .sgd(momentum: 0.9))
    #expect(try made("tecoa:recipe=original,epsilon=2/255").inner.radius == Radius(2.0 / 255))
    #expect(try made("tecoa").optimization == fare.optimization)
    #expect(try made("trades:beta=1") as? TRADES == TRADES(beta: 1))
    #expect(try made("pmg-aft:as-released=true") as? PMGAFT == PMGAFT(asReleased: true))
    #expect(try made("rlbind") as? RLBind == RLBind(lambda: 0.1))
    #expect(try made("rlbind:as-read=true") as? RLBind == RLBind(lambda: 1, asRead: true))
    #expect(try made("sim-clip:as-released=true").optimization.learningRate == 1e-3)
    #expect(try made("laat:tau=0.07") as? LAAT == LAAT(temperature: 0.07))
    #expect(try made("saft:captions=3") as? SAFT == SAFT(captions: 3))
  }

  @Test("starts its inner attacks where its sources do")
  func starts() throws {
    func attack(_ text: String, stage: Int = 0) throws -> any Attack {
      try #require(made(text).stages[stage].inner).attack
    }
    #expect(try (attack("fare") as? PGD)?.randomStart == true)
    #expect(try attack("trades") is NormalStart<PGD>)
    // A distance from the clean embedding has no slope at the input.
    #expect(try (attack("rlbind") as? APGD)?.randomStart == true)
    #expect(try (attack("rlbind", stage: 1) as? APGD)?.randomStart == false)
    #expect(try made("rlbind").stages[1].inner?.keeps == .highestLoss)
  }

  @Test(
    "refuses what makes no sense",
    arguments: [
      ("fare:epsilon=0", "size 0"), ("fare:epsilon=x", "a radius such as 4/255"),
      ("tecoa:recipe=mine", "fare or original"), ("fare:inner-steps=0", "at least 1"),
      ("trades:beta=-1", "at least 0"), ("rlbind:first=2", "a share from 0 to 1"),
      ("fare:gamma=1", "its options are"), ("sim-clip:loss=x", "effective or siamese"),
    ])
  func refusals(text: String, words: String) throws {
    let error = try #require(throws: UsageError.self) { try made(text) }
    #expect("\(error)".contains(words), "\(error)")
  }

  @Test("takes no guide")
  func guides() {
    #expect(throws: UsageError.self) { try DefenseTable.defense("fare", isGuided: true) }
  }

  @Test("counts steps of epochs to the last sample")
  func lengths() {
    #expect(TrainingLength(batchSize: 128, .epochs(2)).steps(over: 1_000) == 16)
    #expect(TrainingLength(batchSize: 128, .epochs(0.001)).steps(over: 10) == 1)
    #expect(TrainingLength(batchSize: 128, .steps(20_000)).steps(over: 10) == 20_000)
  }
}
