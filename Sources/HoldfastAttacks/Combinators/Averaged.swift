public import HoldfastCore
public import HoldfastTensor

/// An attack whose losses and gradients are means over several draws of randomness: expectation
/// over transformation, the way to attack a random defence.
///
/// Each step shows the model every view of the base once per draw. The random part may be the
/// model, a `RandomEncoder`, or the views themselves (Athalye et al., 2018, section 4.2;
/// AutoAttack's `rand` takes 20 draws).
public struct Averaged<Base: Attack>: AttackCombinator {
  /// The name of the base, `-averaged`.
  public static var name: String { "\(Base.name)-averaged" }

  /// The attack that makes the steps.
  public var base: Base
  /// How often each point is shown.
  public var draws: Int

  /// `base` on means over `draws`, at least 1.
  public init(_ base: Base, draws: Int) {
    self.base = base
    self.draws = max(1, draws)
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// The views of the base, once per draw.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    var views: [View] = []
    for _ in 0..<draws { views += try base.views(of: x, noise: &noise) }
    return views
  }
}
