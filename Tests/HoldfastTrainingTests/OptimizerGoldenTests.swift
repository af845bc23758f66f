import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

@Suite("Five steps of the trainer, beside PyTorch's optimisers")
struct OptimizerGoldenTests {
  static let cases: [(String, Optimization)] = [
    (
      "adamw",
      Optimization(learningRate: 1e-2, warmup: .steps(2), decay: 0.1, clip: 1.5)
    ),
    (
      "adamw.matrices",
      Optimization(
        .adamW(beta1: 0.8, beta2: 0.95, epsilon: 1e-6), learningRate: 3e-2, schedule: .constant,
        warmup: .steps(0), decay: 0.5, decayed: .matrices, ema: 0.9)
    ),
    (
      "sgd",
      Optimization(
        .sgd(), learningRate: 0.1, schedule: .constant, warmup: .steps(0), decay: 0)
    ),
    (
      "sgd.momentum",
      Optimization(
        .sgd(momentum: 0.9), learningRate: 0.1, schedule: .drops(at: [0.6], factor: 0.1),
        warmup: .steps(0), decay: 5e-3, clip: 1)
    ),
  ]

  @Test(arguments: cases)
  func steps(name: String, optimization: Optimization) throws {
    let golden = try Golden("optimizers.safetensors")
    func store(_ prefix: String) throws -> ParameterStore {
      var store = ParameterStore()
      for leaf in ["weight", "shift"] { store[leaf] = try golden[prefix + leaf] }
      return store
    }
    let lesson = try GivenGradients(
      store(""), (0..<5).map { try store("gradient.\($0).") })
    let norms = try golden["\(name).norms"].array(of: Float.self)
    var seen = 0
    let outcome = try Trainer(TrainingPlan(steps: 5, optimization)).run(lesson) { event in
      guard case .stepped(let record, _) = event else { return }
      #expect(abs(record.gradientNorm - Double(norms[seen])) < 1e-5)
      let expected = try store("\(name).\(seen).")
      for leaf in lesson.leaves.names {
        try expectClose(
          #require(lesson.leaves[leaf]).detached(), #require(expected[leaf]), atol: 1e-6,
          rtol: 1e-6, "\(leaf) after step \(seen + 1)")
      }
      seen += 1
    }
    #expect(seen == 5)
    let kept = try store(optimization.ema == nil ? "\(name).4." : "\(name).average.")
    for leaf in kept.names {
      try expectClose(
        #require(outcome.leaves[leaf]), #require(kept[leaf]), atol: 1e-6, rtol: 1e-6)
    }
  }
}
