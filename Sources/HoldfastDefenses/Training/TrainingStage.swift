public import HoldfastAttacks
import HoldfastCore

/// A part of a training, with an inner attack and a loss of its own.
public struct TrainingStage: Sendable {
  /// What the objective of an inner attack compares with.
  public enum Reference: Hashable, Sendable {
    /// The labels.
    case labels
    /// The frozen model's answer to the unperturbed input.
    case teacher
    /// The trained model's answer to the unperturbed input, as it is before the step.
    case student
  }

  /// The name in metrics.
  public let name: String
  /// The share of the steps, from 0 to 1.
  public let share: Double
  /// The search for the inputs that it trains on; nil when it trains on unperturbed ones alone.
  public let inner: InnerAttack?
  /// What the search compares with.
  public let reference: Reference
  /// The forward passes of the frozen model in the loss, for each sample.
  public let teacherPasses: Int
  /// The recorded passes of the trained model in the loss, for each sample.
  public let studentPasses: Int

  /// A stage of the given parts; by default a method has one.
  public init(
    _ name: String = "train", share: Double = 1, inner: InnerAttack?,
    comparing reference: Reference,
    teacherPasses: Int = 0, studentPasses: Int
  ) {
    self.name = name
    self.share = share
    self.inner = inner
    self.reference = reference
    self.teacherPasses = teacherPasses
    self.studentPasses = studentPasses
  }

  /// What a step costs for each sample; less where the frozen model's answers are known already.
  public var cost: TrainingCost {
    let steps = inner?.attack.steps ?? 0
    let looks = inner == nil || reference == .labels ? 0 : 1
    // The frozen model's answer to the unperturbed input serves the search and the loss.
    let shared = reference == .teacher && teacherPasses > 0 ? looks : 0
    return TrainingCost(
      forward: steps + looks - shared + teacherPasses + studentPasses,
      backward: steps + studentPasses)
  }
}

/// What a step of training costs for each sample.
public struct TrainingCost: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Forward passes F of the tower.
  public let forward: Int
  /// Backward passes B.
  public let backward: Int

  /// So many passes.
  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }

  /// The cost as `12 F + 11 B`.
  public var description: String { "\(forward) F + \(backward) B" }
}

/// How long a training is, as its source states it.
public struct TrainingLength: Codable, Hashable, Sendable {
  /// The samples of a step.
  public var batchSize: Int
  /// How many steps there are.
  public var extent: Extent

  /// A number of steps, or of passes over the data.
  public enum Extent: Codable, Hashable, Sendable {
    /// So many steps.
    case steps(Int)
    /// So many passes over the data.
    case epochs(Double)
  }

  /// A training of the given extent.
  public init(batchSize: Int, _ extent: Extent) {
    self.batchSize = batchSize
    self.extent = extent
  }

  /// The steps over `samples` samples; at least 1.
  public func steps(over samples: Int) -> Int {
    switch extent {
    case .steps(let count): count
    case .epochs(let count):
      max(1, Int((count * Double(samples) / Double(max(1, batchSize))).rounded(.up)))
    }
  }
}
