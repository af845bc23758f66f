public import HoldfastTensor

/// The current points of a batch, and what the model says there.
public struct Evaluation {
  /// The points: `(B, …)`.
  public let x: Tensor
  /// The objective at each point: `(B)`.
  public let loss: Tensor
  /// The gradient of the objective at each point: `(B, …)`.
  public let gradient: Tensor
  /// How many steps each sample has taken to get here.
  public let steps: [Int]

  /// What the model says at the given points.
  public init(x: Tensor, loss: Tensor, gradient: Tensor, steps: [Int]) {
    self.x = x
    self.loss = loss
    self.gradient = gradient
    self.steps = steps
  }
}

/// An iterative attack, as its hyper-parameters.
///
/// An author writes where a sample starts and how one step goes. What no author may skip is done by
/// the pool that runs the attack: it evaluates, projects every point to the ball and the legal
/// range, counts, and tests each success again in float32 on the values it stores. The loss, the
/// criterion and the threat model are values of their own.
///
/// Samples enter and leave a batch at any time, so all that an attack remembers about a sample is a
/// row of its ``State``, and steps are counted per sample.
public protocol Attack: Codable, Hashable, Sendable {
  /// What the attack remembers, one row per sample.
  associatedtype State: SlotState

  /// The name in the table of attacks.
  static var name: String { get }

  /// The steps a sample takes in one run; the model is evaluated once more than that.
  var steps: Int { get }

  /// Where samples start, before projection; all randomness comes from `noise`.
  func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor

  /// What to remember about samples that start at `x`.
  func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State

  /// The next points, before projection.
  func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball
  ) throws(TorchError) -> Tensor
}

/// An attack together with what it maximises and how often it is restarted: one line of a plan.
public struct AttackRecipe: Sendable {
  /// The name in tables and records.
  public let name: String
  /// The attack.
  public let attack: any Attack
  /// What it maximises.
  public let objective: any Objective
  /// The runs that a sample faces before it counts as robust; at least 1.
  public let restarts: Int

  /// A line of a plan.
  public init(name: String, attack: any Attack, objective: any Objective, restarts: Int = 1) {
    self.name = name
    self.attack = attack
    self.objective = objective
    self.restarts = restarts
  }
}
