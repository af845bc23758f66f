public import HoldfastLayers
public import HoldfastTensor

/// What a training minimises, and how far it has come: the trainer moves the leaves, and knows
/// nothing else.
///
/// Batches and noise are functions of the seed and the batch's number, and nothing is remembered from
/// one batch to the next but the leaves. Then a training that was broken off ends as one that was not.
public protocol Lesson {
  /// What is trained; every tensor is a leaf of float32 whose gradient can be asked for.
  ///
  /// The trainer asks once, and moves these tensors in place.
  var leaves: ParameterStore { get }

  /// Computes the loss of a batch, in one part or several, and gives each to `descend`.
  ///
  /// `descend` takes the gradient of a part and lets go of its graph, so that the memory of a step is
  /// that of its largest part.
  ///
  /// - Parameter batch: counts from 0; the step, unless gradients are accumulated: step s then takes the
  ///   batches from s · `accumulate` on.
  func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws

  /// What must hold after the leaves have moved, such as bounds on a parameter; nothing by default.
  ///
  /// - Parameter step: counts from 0.
  func settle(after step: Int) throws

  /// How a state does on the validation samples.
  ///
  /// Every process asks for the same state, and all must come to the same counts.
  ///
  /// - Parameter leaves: the state: the lesson's own leaves, or their moving average.
  func examine(_ leaves: ParameterStore) throws -> Examination
}

extension Lesson {
  /// Nothing by default.
  public func settle(after step: Int) throws {}
}

/// The loss of some of the samples of a batch.
public struct LessonPart {
  /// The terms of the loss; each is the mean over the samples of this part.
  public let terms: [Term]
  /// The share of the batch's samples that this part has, over all processes together.
  public let share: Double
  /// The number of its samples.
  public let samples: Int
  /// What else is measured, as a mean over the samples, such as how much the inner attack raised its
  /// objective.
  public let readings: [String: Double]

  /// A part of a batch.
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
