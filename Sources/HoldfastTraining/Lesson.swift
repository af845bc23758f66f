public import HoldfastLayers
public import HoldfastTensor

/// What a training minimises, and how far it has come: the trainer moves the leaves, and knows
/// nothing else.
///
/// Batches and noise are functions of the seed and the step, so a lesson keeps no state of its own
/// between steps beyond the leaves.
public protocol Lesson {
  /// What is trained; every tensor is a leaf whose gradient can be asked for.
  var leaves: ParameterStore { get }

  /// Computes the loss of a step, in one part or several, and gives each to `descend`.
  ///
  /// `descend` takes the gradient of a part and lets go of its graph, so that the memory of a step is
  /// that of its largest part.
  func learn(_ step: Int, _ descend: (LessonPart) throws -> Void) throws

  /// What must hold after the leaves have moved, such as bounds on a parameter; nothing by default.
  func settle(after step: Int) throws

  /// How a state does on the validation samples.
  ///
  /// - Parameter leaves: the state: the lesson's own leaves, or their moving average.
  func examine(_ leaves: ParameterStore) throws -> Examination
}

extension Lesson {
  /// Nothing by default.
  public func settle(after step: Int) throws {}
}

/// The loss of some of the samples of a step.
public struct LessonPart {
  /// The terms of the loss; each is the mean over the samples of this part.
  public let terms: [Term]
  /// The share of the step's samples that this part has, over all processes together.
  public let share: Double
  /// The number of its samples.
  public let samples: Int
  /// What else is measured, such as how much the inner attack raised its objective.
  public let readings: [String: Double]

  /// A part of a step.
  public init(
    _ terms: [Term], share: Double = 1, samples: Int, readings: [String: Double] = [:]
  ) {
    self.terms = terms
    self.share = share
    self.samples = samples
    self.readings = readings
  }
}

/// One term of a loss.
public struct Term {
  /// The name in the metrics, such as `cross-entropy`.
  public let name: String
  /// The value, a scalar of float32, recorded.
  public let value: Tensor
  /// The factor on it in the loss.
  public let weight: Double

  /// A term of the given value.
  public init(_ name: String, _ value: Tensor, weight: Double = 1) {
    self.name = name
    self.value = value
    self.weight = weight
  }
}

/// How a state does on the validation samples.
public struct Examination: Codable, Hashable, Sendable {
  /// One thing that was counted.
  public struct Count: Codable, Hashable, Sendable {
    /// What: `clean`, or the attack, such as `pgd-10`.
    public let name: String
    /// The samples that were answered right.
    public let right: Int
    /// The samples that were asked.
    public let asked: Int

    /// A count of right answers.
    public init(_ name: String, right: Int, of asked: Int) {
      self.name = name
      self.right = right
      self.asked = asked
    }

    /// The share of right answers; 0 when nothing was asked.
    public var value: Double { asked == 0 ? 0 : Double(right) / Double(asked) }
  }

  /// What was counted; the last is what states are chosen by.
  public let counts: [Count]

  /// An examination of the given counts.
  public init(_ counts: [Count]) { self.counts = counts }

  /// What states are chosen by, from 0 to 1.
  public var score: Double { counts.last?.value ?? 0 }
}
