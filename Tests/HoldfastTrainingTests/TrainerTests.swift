import Foundation
import HoldfastCore
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastTraining

@Suite("The trainer")
struct TrainerTests {
  private let fast = Optimization(learningRate: 0.05, warmup: .steps(5))

  @Test("learns a toy, and tells every step of it")
  func learns() throws {
    var records: [StepRecord] = []
    var left: [Double] = []
    var examined: [Int] = []
    let plan = TrainingPlan(steps: 60, fast, examineEvery: 25)
    let outcome = try Trainer(plan).run(ToyLesson()) { event in
      switch event {
      case .stepped(let record, let seconds):
        records.append(record)
        left.append(seconds)
      case .examined(_, let step): examined.append(step)
      case .resumed, .saved: Issue.record("there is no folder")
      }
    }
    #expect(records.map(\.step) == Array(1...60) && examined == [25, 50, 60])
    #expect(outcome.step == 60 && outcome.examination?.score ?? 0 > 0.85)
    #expect(outcome.leaves.names.allSatisfy { outcome.leaves[$0]?.requiresGradient == false })
    #expect(left.last == 0 && left[0] > 0)
    let (first, last) = (records[0], records[59])
    #expect(last.terms["error"] ?? 1 < 0.5 * (first.terms["error"] ?? 0))
    #expect(first.learningRate == 0.01 && first.samples == ToyLesson.samples)
    #expect(first.readings == ["inner gain": 2])
    let sum = (first.terms["error"] ?? 0) + 0.01 * (first.terms["size"] ?? 0)
    #expect(abs(first.loss - sum) < 1e-6)
    #expect(first.gradientNorm > 0 && first.samplesPerSecond > 0 && first.peakMemory > 1 << 20)
  }

  @Test("comes to the same whether a batch is learned in one part or three")
  func parts() throws {
    let plan = TrainingPlan(steps: 10, fast)
    let whole = try Trainer(plan).run(ToyLesson(parts: 1)).leaves
    let parts = try Trainer(plan).run(ToyLesson(parts: 3)).leaves
    for name in whole.names {
      try expectClose(#require(parts[name]), #require(whole[name]), atol: 1e-5, name)
    }
  }

  @Test("averages the gradients of the batches that it accumulates")
  func accumulates() throws {
    var start = ParameterStore()
    start["x"] = try Tensor([1 as Float, 2])
    let gradients = try [[2 as Float, 0], [4, 4], [0, 2], [0, -2]].map { values in
      var store = ParameterStore()
      store["x"] = try Tensor(values)
      return store
    }
    let lesson = try GivenGradients(start, gradients)
    let plan = TrainingPlan(
      steps: 2,
      Optimization(
        .sgd(), learningRate: 0.5, schedule: .constant, warmup: .steps(0), decay: 0, accumulate: 2))
    var samples: [Int] = []
    let outcome = try Trainer(plan).run(lesson) {
      if case .stepped(let record, _) = $0 { samples.append(record.samples) }
    }
    #expect(try outcome.leaves["x"]?.array(of: Float.self) == [-0.5, 1])
    #expect(samples == [2, 2])
  }

  @Test(
    "keeps the best state, the later of two, or the last", arguments: TrainingPlan.Keep.allCases)
  func keeps(keep: TrainingPlan.Keep) throws {
    var (start, gradient) = (ParameterStore(), ParameterStore())
    start["x"] = try Tensor([0 as Float])
    gradient["x"] = try Tensor([-1 as Float])
    let lesson = try GivenGradients(
      start, Array(repeating: gradient, count: 8), scores: [3, 7, 7, 5])
    let plan = TrainingPlan(
      steps: 8,
      Optimization(.sgd(), learningRate: 1, schedule: .constant, warmup: .steps(0), decay: 0),
      examineEvery: 2, keep: keep)
    let outcome = try Trainer(plan).run(lesson)
    let expected = keep == .best ? (6, 0.7) : (8, 0.5)
    #expect(outcome.step == expected.0 && outcome.examination?.score == expected.1)
    #expect(try outcome.leaves["x"]?.item() == Double(expected.0))
  }

  @Test("settles the leaves after each step, before they are averaged")
  func settles() throws {
    struct Bounded: Lesson {
      let leaves: ParameterStore
      func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
        try descend(LessonPart([Term("rise", -(#require(leaves["x"]).sum()))], samples: 1))
      }
      func settle(after step: Int) throws {
        let leaf = try #require(leaves["x"])
        try leaf.assign(leaf.detached().minimum(3))
      }
      func examine(_ leaves: ParameterStore) throws -> Examination { Examination([]) }
    }
    var start = ParameterStore()
    start["x"] = try Tensor([1 as Float])
    let plan = TrainingPlan(
      steps: 2,
      Optimization(
        .sgd(), learningRate: 4, schedule: .constant, warmup: .steps(0), decay: 0, ema: 0.5))
    let lesson = Bounded(leaves: try start.trainable())
    let outcome = try Trainer(plan).run(lesson)
    #expect(try lesson.leaves["x"]?.item() == 3)
    #expect(try outcome.leaves["x"]?.item() == 2.5)  // 1, 2, 2.5
  }

  @Test("adds up what processes exchange")
  func exchange() throws {
    /// Two processes that see the same.
    struct Twin: GradientExchange {
      func sum(_ gradients: [Tensor]) throws -> [Tensor] { try gradients.map { try $0 * 2 } }
      func sum(_ figures: [String: Double]) -> [String: Double] { figures.mapValues { $0 * 2 } }
      func barrier() {}
    }
    let plan = TrainingPlan(steps: 1, fast)
    var norms: [Double] = []
    for exchange in [Alone(), Twin()] as [any GradientExchange] {
      _ = try Trainer(plan, exchange: exchange).run(ToyLesson()) {
        guard case .stepped(let record, _) = $0 else { return }
        norms.append(record.gradientNorm)
        #expect(record.samples == ToyLesson.samples * norms.count)
      }
    }
    #expect(abs(norms[1] - 2 * norms[0]) < 1e-5)
  }
}
