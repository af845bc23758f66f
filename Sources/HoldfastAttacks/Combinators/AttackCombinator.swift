public import HoldfastCore
public import HoldfastTensor

/// An attack that changes one thing about another, its base, and leaves the rest as it is.
public protocol AttackCombinator: Attack {
  /// The attack that is changed.
  associatedtype Base: Attack

  /// The attack that makes the steps.
  var base: Base { get set }
}

extension AttackCombinator {
  /// As the base.
  public var steps: Int { base.steps }

  /// As the base.
  public var reach: Reach { base.reach }

  /// As the base.
  public func widening(atStep step: Int) -> Double { base.widening(atStep: step) }

  /// As the base.
  public var isOnLattice: Bool { base.isOnLattice }

  /// As the base.
  public var needsFloat32: Bool { base.needsFloat32 }

  /// As the base.
  public var followsGradient: Bool { base.followsGradient }

  /// The same change around a base that is lengthened.
  public func lengthened(by factor: Int) -> Self? {
    guard let longer = base.lengthened(by: factor) else { return nil }
    var copy = self
    copy.base = longer
    return copy
  }

  /// As the base.
  public func check(_ input: InputSpec) throws(UsageError) { try base.check(input) }

  /// As the base.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try base.start(in: ball, noise: &noise)
  }

  /// As the base.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    try base.views(of: x, noise: &noise)
  }
}

extension AttackCombinator where State == Base.State {
  /// As the base.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    try base.begin(at: x, in: ball)
  }

  /// As the base.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] {
    base.needsGradient(state, steps: steps)
  }

  /// As the base.
  public func isSpent(_ state: State, steps: [Int]) -> [Bool] {
    base.isSpent(state, steps: steps)
  }

  /// As the base.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try base.step(&state, evaluation, in: ball, noise: &noise)
  }
}
