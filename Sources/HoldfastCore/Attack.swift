public import HoldfastTensor

/// The current points of a batch, and what the model says there.
public struct Evaluation {
  /// The points: `(B, …)`.
  public let x: Tensor
  /// The objective at each point: `(B)`, or `(B, S)` when it has several losses.
  public let loss: Tensor
  /// The gradient of the objective, 0 for samples that need no gradient: `(B, …)`, or `(B, S, …)`.
  public let gradient: Tensor
  /// How far each point is past success, in logits: `(B)`; positive for a success.
  public let margin: Tensor
  /// How often each sample was evaluated before in this run.
  public let steps: [Int]

  /// Creates an evaluation of the points `x`.
  public init(x: Tensor, loss: Tensor, gradient: Tensor, margin: Tensor, steps: [Int]) {
    self.x = x
    self.loss = loss
    self.gradient = gradient
    self.margin = margin
    self.steps = steps
  }

  /// The same with another gradient.
  public func following(_ gradient: Tensor) -> Evaluation {
    Evaluation(x: x, loss: loss, gradient: gradient, margin: margin, steps: steps)
  }
}

/// An input that the model gets in place of the current points; gradients are averaged over all
/// views.
public struct View {
  /// The inputs: `(B, …)`.
  public let input: Tensor
  /// Whether they are the points themselves, so that a success seen here is one.
  public let isPoint: Bool

  /// The points, or a function of them through which gradients flow.
  public init(_ input: Tensor, isPoint: Bool) {
    self.input = input
    self.isPoint = isPoint
  }
}

/// An iterative attack, as its hyper-parameters.
///
/// An author writes the start of a sample and one step. The pool that runs the attack does what no
/// author may skip: it evaluates, projects every point to the ball and the legal range, counts
/// passes, and tests each success again in float32 on the stored values. The loss, the criterion
/// and the threat model are values of their own.
///
/// Samples enter and leave a batch at any time, so all that an attack remembers about a sample is a
/// row of its ``State``, and evaluations are counted per sample.
public protocol Attack: Codable, Hashable, Sendable {
  /// The state of the attack, one row per sample.
  associatedtype State: SlotState

  /// The name in the table of attacks.
  static var name: String { get }

  /// The steps a sample takes in one run.
  var steps: Int { get }

  /// The region that points may lie in: the ball, or for attacks that seek the smallest
  /// perturbation the whole legal range.
  var reach: Reach { get }

  /// The distance in radii that the point after `step` steps may have; 1 unless an attack comes
  /// from outside the ball. Only points within one radius count.
  func widening(atStep step: Int) -> Double

  /// Whether all its points are levels of an 8-bit file, k/255, up to the rounding of float32; false
  /// by default.
  var isOnLattice: Bool { get }

  /// Whether it chooses among points by scores that may differ by less than bfloat16 can tell, so
  /// that it must search in float32 whatever the precision of the others; false by default.
  var needsFloat32: Bool { get }

  /// Whether it follows the gradient of the model; false for attacks that see scores alone.
  var followsGradient: Bool { get }

  /// The same attack with `factor` times the steps; nil for one whose steps are fixed, as by default.
  func lengthened(by factor: Int) -> Self?

  /// Refuses inputs of a kind that the attack is not made for; by default it takes all.
  func check(_ input: InputSpec) throws(UsageError)

  /// The starting points, before projection; all randomness comes from `noise`.
  func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor

  /// The state of samples that start at `x`.
  func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State

  /// The inputs that the model gets in place of `x`; by default `x` itself.
  func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View]

  /// Which samples need a gradient at their current point.
  ///
  /// `steps` is how often each was evaluated before in this run. By default all need one but those
  /// at the end of their run.
  func needsGradient(_ state: State, steps: [Int]) -> [Bool]

  /// Which samples have come to the end of their run once their current point is evaluated; by
  /// default those that have taken ``steps``.
  func isSpent(_ state: State, steps: [Int]) -> [Bool]

  /// The next points, before projection to `ball`, whose radius is widened by
  /// ``widening(atStep:)``.
  func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor
}

extension Attack {
  /// By default the ball.
  public var reach: Reach { .ball }

  /// 1 by default: all points lie within one radius.
  public func widening(atStep step: Int) -> Double { 1 }

  /// By default false.
  public var isOnLattice: Bool { false }

  /// By default false.
  public var needsFloat32: Bool { false }

  /// By default true.
  public var followsGradient: Bool { true }

  /// By default nil.
  public func lengthened(by factor: Int) -> Self? { nil }

  /// This attack with one of its counts multiplied, for ``lengthened(by:)``.
  public func multiplying(_ count: WritableKeyPath<Self, Int>, by factor: Int) -> Self {
    var longer = self
    longer[keyPath: count] *= factor
    return longer
  }

  /// Takes all inputs by default.
  public func check(_ input: InputSpec) throws(UsageError) {}

  /// `x` itself by default.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    [View(x, isPoint: true)]
  }

  /// All samples but those at the end of their run, by default.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] {
    isSpent(state, steps: steps).map { !$0 }
  }

  /// The samples that have taken ``steps``, by default.
  public func isSpent(_ state: State, steps: [Int]) -> [Bool] {
    steps.map { $0 >= self.steps }
  }
}
