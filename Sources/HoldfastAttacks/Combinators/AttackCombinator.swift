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
  /// By default that of the base attack.
  public var steps: Int { base.steps }

  /// By default that of the base attack.
  public var reach: Reach { base.reach }

  /// By default that of the base attack.
  public func widening(atStep step: Int) -> Double { base.widening(atStep: step) }

  /// By default that of the base attack.
  public var isOnLattice: Bool { base.isOnLattice }

  /// By default that of the base attack.
  public var needsFloat32: Bool { base.needsFloat32 }

  /// By default that of the base attack.
  public var followsGradient: Bool { base.followsGradient }

  /// The same change around a base that is lengthened.
  public func lengthened(by factor: Int) -> Self? {
    guard let longer = base.lengthened(by: factor) else { return nil }
    var copy = self
    copy.base = longer
    return copy
  }

  /// By default done by the base attack.
  public func check(_ input: InputSpec) throws(UsageError) { try base.check(input) }

  /// By default done by the base attack.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try base.start(in: ball, noise: &noise)
  }

  /// By default done by the base attack.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    try base.views(of: x, noise: &noise)
  }
}

extension AttackCombinator where State == Base.State {
  /// By default done by the base attack.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State {
    try base.begin(at: x, in: ball)
  }

  /// By default that of the base attack.
  public func needsGradient(_ state: State, steps: [Int]) -> [Bool] {
    base.needsGradient(state, steps: steps)
  }

  /// By default that of the base attack.
  public func isSpent(_ state: State, steps: [Int]) -> [Bool] {
    base.isSpent(state, steps: steps)
  }

  /// By default done by the base attack.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try base.step(&state, evaluation, in: ball, noise: &noise)
  }
}
