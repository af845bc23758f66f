public import HoldfastCore
public import HoldfastTensor

/// One sample that an attack is to be run on.
public struct AttackJob {
  /// The sample's id, which also names its stream of noise.
  public let id: String
  /// The input in its legal range, float32, on the CPU: `(1, …)`.
  public let input: Tensor
  /// The label or partners, and the model's clean answer.
  public let truth: SampleTruth
  /// The radii to attack at, ascending.
  public let radii: [Radius]

  /// A sample that the subject classifies correctly.
  public init(id: String, input: Tensor, truth: SampleTruth, radii: [Radius]) {
    self.id = id
    self.input = input
    self.truth = truth
    self.radii = radii.sorted()
  }

  /// A sample as `subject` sees it, with `label` for its true class.
  public init(
    id: String, input: Tensor, label: Int, for subject: Subject, radii: [Radius]
  ) throws(TorchError) {
    let prediction = try Verifier(subject: subject).predict(input, of: id)
    self.init(
      id: id, input: input, truth: try SampleTruth(label: label, of: prediction), radii: radii)
  }
}

/// The result of an attack on one sample at one radius.
public struct RadiusOutcome {
  /// The radius.
  public let radius: Radius
  /// Whether the stored input, tested again by itself in float32, is a success.
  public internal(set) var success: Bool
  /// The adversarial input, or with a full budget the input of highest loss: `(1, …)` on the CPU.
  public internal(set) var example: Example?
  /// The passes at this radius; 0 if a smaller radius had succeeded.
  public internal(set) var cost = Cost()
}

/// A stored input, as it was tested.
public struct Example {
  /// The input, float32, on the CPU: `(1, …)`.
  public let input: Tensor
  /// The margin of success in logits, in a batch of one.
  public let margin: Double
  /// The class on top.
  public let predicted: Int
  /// The size of the perturbation, in float64 on the stored values.
  public let distance: Double

  /// Whether the verdict is so close that other kernels may disagree.
  public var isInMarginBand: Bool { margin > 0 && margin < Example.marginBand }

  /// The margin in logits below which an attack goes on after a success.
  public static let marginBand = 1e-3
}

/// Passes of the model for one sample, and their time.
public struct Cost: Hashable, Sendable {
  /// Forward passes, those that test a success included.
  public var forward = 0
  /// Backward passes.
  public var backward = 0
  /// Runs that were carried to the end of their budget.
  public var runs = 0
  /// The sample's share of the time of its batches.
  public var seconds = 0.0

  /// Creates a cost of no passes.
  public init() {}

  /// The sum of two costs.
  public static func + (a: Cost, b: Cost) -> Cost {
    var sum = a
    sum.forward += b.forward
    sum.backward += b.backward
    sum.runs += b.runs
    sum.seconds += b.seconds
    return sum
  }
}

/// The result of an attack on one sample.
public struct AttackOutcome {
  /// The job it was asked to do.
  public let job: AttackJob
  /// One entry per radius of the job, ascending.
  public let radii: [RadiusOutcome]
}
