import Foundation
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastTraining

@Suite("NaN and infinity")
struct WatchTests {
  /// Two leaves, of which one term or the gradient of one term goes wrong at a batch.
  private struct Fragile: Lesson {
    enum Fault { case term, gradient, overflow }

    let leaves: ParameterStore
    let fault: Fault
    let batch: Int

    init(_ fault: Fault, at batch: Int) throws {
      var store = ParameterStore()
      for name in ["first", "second", "third"] { store[name] = try Tensor([1 as Float, 2]) }
      leaves = try store.trainable()
      self.fault = fault
      self.batch = batch
    }

    func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
      let (first, second, third) = (
        try #require(leaves["first"]), try #require(leaves["second"]), try #require(leaves["third"])
      )
      let zero = try first.detached() * 0
      var odd = try second.squared().sum()
      if batch == self.batch {
        switch fault {
        case .term: odd = try (second.detached() * 0 - 1).log().sum()
        // The root of 0 is 0 and its slope infinite, but for `third`, which it does not see.
        case .gradient: odd = try ((first + second) * zero).squareRoot().sum()
        case .overflow: odd = try (second * 3e38).sum()
        }
      }
      try descend(
        LessonPart(
          [Term("plain", try third.squared().sum() + first.sum()), Term("odd", odd)], samples: 1))
    }

    func examine(_ leaves: ParameterStore) throws -> Examination { Examination([]) }
  }

  @Test("stop a training, which names step, term and parameter and saves the state before")
  func stops() throws {
    let plan = TrainingPlan(steps: 9, Optimization(learningRate: 0.01))
    for (fault, parameter) in [
      (.term, nil), (.gradient, "second"), (.overflow, "second"),
    ] as [(Fragile.Fault, String?)] {
      try withTemporaryFolder { folder in
        let path = folder.appending(path: "run").path
        let opened = try TrainingFolder(at: path, asked: "fragile", plan: plan)
        let error = #expect(throws: NotFiniteError.self) {
          _ = try Trainer(plan, saveEvery: 3).run(Fragile(fault, at: 4), in: opened)
        }
        #expect(error?.step == 5 && error?.term == "odd", "\(fault)")
        #expect(error?.parameter == parameter, "\(fault)")
        #expect(error?.what.contains("step 5") == true && error?.what.contains("`odd`") == true)
        #expect(error?.hint?.contains("keeps the state after step 4") == true)
        #expect(opened.savedStep == 4)
        #expect(try TrainingFolder.metrics(at: path).map(\.step) == [1, 2, 3, 4])
      }
    }
  }

  @Test("in the leaves themselves are found before they are saved")
  func leaves() throws {
    struct Leap: Lesson {
      let leaves: ParameterStore
      func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
        let x = try #require(leaves["x"])
        try descend(LessonPart([Term("leap", try x.sum() * (batch == 2 ? 1e18 : 1))], samples: 1))
      }
      func examine(_ leaves: ParameterStore) throws -> Examination { Examination([]) }
    }
    var start = ParameterStore()
    start["x"] = try Tensor([1 as Float])
    let plan = TrainingPlan(
      steps: 9,
      Optimization(
        .sgd(), learningRate: 1e15, schedule: .constant, warmup: .steps(0), decay: 0))
    try withTemporaryFolder { folder in
      let opened = try TrainingFolder(
        at: folder.appending(path: "run").path, asked: "leap", plan: plan)
      let error = #expect(throws: NotFiniteError.self) {
        _ = try Trainer(plan, saveEvery: 1).run(Leap(leaves: start.trainable()), in: opened)
      }
      #expect(error?.step == 3 && error?.parameter == "x" && opened.savedStep == 2)
    }
  }
}
