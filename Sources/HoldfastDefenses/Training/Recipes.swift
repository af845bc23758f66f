import HoldfastCore
import HoldfastTraining

// What several methods take over from each other.

extension Optimization {
  /// The recipe of FARE's README: AdamW at 1e-5, decay 1e-4, a cosine after 1,400 of 20,000 steps.
  static let fare = Optimization(.adamW(), learningRate: 1e-5, warmup: .share(0.07), decay: 1e-4)

  /// The recipe of TeCoA and of what follows it: SGD with momentum, no decay, a cosine after 1,000 steps.
  static func teCoA(_ rate: Double) -> Optimization {
    Optimization(.sgd(momentum: 0.9), learningRate: rate, warmup: .steps(1_000), decay: 0)
  }
}

extension TrainingLength {
  /// 20,000 steps of 128, two passes over ImageNet.
  static let fare = TrainingLength(batchSize: 128, .steps(20_000))

  /// Ten epochs of 128.
  static let tokenMaps = TrainingLength(batchSize: 128, .epochs(10))
}

extension Radius {
  /// 4/255.
  static let fourLevels = Radius("4/255") ?? Radius(4.0 / 255)
  /// 1/255.
  static let oneLevel = Radius("1/255") ?? Radius(1.0 / 255)
  /// 8/255.
  static let eightLevels = Radius("8/255") ?? Radius(8.0 / 255)
}

extension InnerSearch {
  /// Two steps of 1/255 at 1/255: the search of TeCoA and of what follows it.
  static let twoSteps = InnerSearch(steps: 2, relativeStep: 1, radius: .oneLevel)
}

extension TrainingStage {
  /// FARE's stage, which other methods share.
  static func embedding(
    _ inner: InnerSearch, _ name: String = "train", share: Double = 1
  ) -> TrainingStage {
    TrainingStage(
      name, share: share, inner: inner.attack(SquaredEmbeddingDistance()), comparing: .teacher,
      teacherPasses: 1, studentPasses: 1)
  }

  /// A stage against cross-entropy of the labels, which several methods share.
  static func crossEntropy(
    _ inner: InnerSearch, _ name: String = "train", share: Double = 1, teacherPasses: Int = 0,
    studentPasses: Int
  ) -> TrainingStage {
    TrainingStage(
      name, share: share, inner: inner.attack(CrossEntropy()), comparing: .labels,
      teacherPasses: teacherPasses, studentPasses: studentPasses)
  }

  /// The stage of methods with token maps: cross-entropy, the frozen model's maps of unperturbed inputs, and
  /// the trained one's of both.
  static func tokenMaps(_ inner: InnerSearch) -> TrainingStage {
    .crossEntropy(inner, teacherPasses: 1, studentPasses: 2)
  }
}

extension Spelling {
  /// Takes the weight of a term out: a number of at least 0.
  mutating func takeWeight(_ key: String, default value: Double) throws(UsageError) -> Double {
    try takeNumber(key, "a number of at least 0") { $0 >= 0 } ?? value
  }
}
