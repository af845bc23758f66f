import Foundation
import HoldfastCore
import HoldfastTraining
import Testing

@Suite("How leaves are moved")
struct OptimizationTests {
  @Test("The rate rises, then falls along half a cosine")
  func cosine() {
    let plan = Optimization(learningRate: 2, warmup: .steps(4))
    #expect((0..<4).map { plan.rate(at: $0, of: 12) } == [0.5, 1, 1.5, 2])
    #expect(plan.rate(at: 4, of: 12) == 2)
    #expect(abs(plan.rate(at: 8, of: 12) - 1) < 1e-12)
    #expect(plan.rate(at: 11, of: 12) > 0 && plan.rate(at: 11, of: 12) < 0.1)
    #expect(plan.rate(at: 12, of: 12) == 0)
    #expect(plan.rate(at: 0, of: 0) == 0)
    let long = Optimization(learningRate: 1, warmup: .steps(9))
    #expect(long.rate(at: 1, of: 2) == 1)
  }

  @Test("FARE's recipe warms up for 1,400 of 20,000 steps")
  func recipe() {
    let plan = Optimization()
    #expect(plan.method == .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(plan.decay == 1e-4 && plan.decayed == .all && plan.clip == nil && plan.ema == nil)
    #expect(plan.warmup.steps(of: 20_000) == 1400)
    #expect(plan.rate(at: 0, of: 20_000) == 1e-5 / 1400)
    #expect(plan.rate(at: 1399, of: 20_000) == 1e-5)
    #expect(abs(plan.rate(at: 10_700, of: 20_000) - 5e-6) < 1e-18)
  }

  @Test("A rate may stay, or drop at shares of the run")
  func drops() {
    var plan = Optimization(learningRate: 0.05, schedule: .constant, warmup: .steps(0))
    #expect(Set((0..<10).map { plan.rate(at: $0, of: 10) }) == [0.05])
    plan.schedule = .drops(at: [0.6, 0.8], factor: 0.1)
    #expect((0..<6).allSatisfy { plan.rate(at: $0, of: 10) == 0.05 })
    #expect((6..<8).allSatisfy { abs(plan.rate(at: $0, of: 10) - 0.005) < 1e-15 })
    #expect(abs(plan.rate(at: 9, of: 10) - 0.0005) < 1e-15)
  }

  @Test("A plan is read back as it was written")
  func coding() throws {
    for method in [Optimization.Method.adamW(beta2: 0.98), .sgd(momentum: 0.9)] {
      let plan = TrainingPlan(
        steps: 20,
        Optimization(
          method, schedule: .drops(at: [0.6], factor: 0.1), warmup: .steps(3), decayed: .matrices,
          clip: 1, ema: 0.99, accumulate: 2), examineEvery: 5, keep: .best)
      let copy = try JSONDecoder().decode(
        TrainingPlan.self, from: JSONEncoder().encode(plan))
      #expect(copy == plan)
    }
  }

  @Test(
    "Settings with which nothing can be learned are refused by name",
    arguments: [
      (Optimization(learningRate: 0), "learning rate"),
      (Optimization(learningRate: .nan), "learning rate"),
      (Optimization(decay: -1), "weight decay"), (Optimization(clip: 0), "to clip to"),
      (Optimization(ema: 1), "decay of the average"),
      (Optimization(accumulate: 0), "accumulation"),
      (Optimization(.adamW(beta1: 1)), "first beta"), (Optimization(.sgd(momentum: 1)), "momentum"),
      (Optimization(warmup: .share(1.5)), "warm-up"),
      (Optimization(schedule: .drops(at: [2], factor: 0.1)), "place of a drop"),
    ])
  func refused(optimization: Optimization, name: String) {
    let error = #expect(throws: UsageError.self) { try optimization.check() }
    #expect(error?.what.contains(name) == true && error?.hint != nil)
  }

  @Test("So are plans that cannot be carried out")
  func plans() {
    #expect(throws: UsageError.self) { try TrainingPlan(steps: 0).check() }
    #expect(throws: UsageError.self) { try TrainingPlan(steps: 9, examineEvery: 0).check() }
    #expect(throws: UsageError.self) { try TrainingPlan(steps: 9, keep: .best).check() }
    #expect(throws: Never.self) {
      try TrainingPlan(steps: 9, examineEvery: 3, keep: .best).check()
    }
  }
}
