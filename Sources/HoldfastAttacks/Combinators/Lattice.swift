public import HoldfastCore
public import HoldfastTensor

/// An attack whose points are all levels of an 8-bit file: k/255 in each coordinate.
///
/// What it finds survives a file. The base walks freely; the model is shown the lattice point at
/// each place, and the gradient there passes for that of the place, so that steps shorter than a
/// level add up instead of being lost.
public struct Lattice<Base: Attack>: AttackCombinator {
  /// The name of the base, `-lattice`.
  public static var name: String { "\(Base.name)-lattice" }

  /// The attack that makes the steps.
  public var base: Base

  /// `base`, kept to the lattice.
  public init(_ base: Base) {
    self.base = base
  }

  /// The state of the base, and its point.
  public struct State: SlotState {
    /// The state of the base attack.
    var base: Base.State
    /// The point of the base, off the lattice: `(B, …)`.
    var place: Tensor

    /// Each part merged with its partner.
    public func merged(with other: State, _ merge: RowMerge) throws(TorchError) -> State {
      State(base: try base.merged(with: other.base, merge), place: try merge(place, other.place))
    }
  }

  /// True: points lie on the 8-bit lattice.
  public var isOnLattice: Bool { true }

  /// Throws for inputs whose range is not that of pixels, [0, 1].
  public func check(_ input: InputSpec) throws(UsageError) {
    try base.check(input)
    guard input.range == 0...1 else {
      throw UsageError(
        "the 8-bit lattice is for inputs in [0, 1], and those of this model are in \(input.unit)",
        hint: "leave lattice=true out")
    }
  }

  /// The base's start, on the lattice.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try ball.onLattice(ball.project(base.start(in: ball, noise: &noise)))
  }

  /// A base that starts on the lattice.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    State(base: try base.begin(at: x, in: ball), place: x)
  }

  /// That of the base attack.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] {
    base.needsGradient(state.base, steps: steps)
  }

  /// That of the base attack.
  public func isSpent(_ state: State, steps: [Int]) -> [Bool] {
    base.isSpent(state.base, steps: steps)
  }

  /// A step of the base from its own point, brought to the lattice.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let seen = Evaluation(
      x: state.place, loss: evaluation.loss, gradient: evaluation.gradient,
      margin: evaluation.margin, steps: evaluation.steps)
    state.place = try ball.project(base.step(&state.base, seen, in: ball, noise: &noise))
    return try ball.onLattice(state.place)
  }
}
