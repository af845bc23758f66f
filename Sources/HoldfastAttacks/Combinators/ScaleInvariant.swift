import Foundation
public import HoldfastCore
public import HoldfastTensor

/// An attack whose losses and gradients are means over copies of the input that fade to black, for
/// examples that transfer: SI-FGSM.
///
/// The copies are x / 2^i for i = 0, 1, … (Lin et al., 2020, equation 7, with 5 of them).
public struct ScaleInvariant<Base: Attack>: AttackCombinator {
  /// The name of the base, `-si`.
  public static var name: String { "\(Base.name)-si" }

  /// The attack that makes the steps.
  public var base: Base
  /// The number of copies, the input itself among them.
  public var copies: Int

  /// `base` on means over the given number of copies, at least 1.
  public init(_ base: Base, copies: Int = 5) {
    self.base = base
    self.copies = max(1, copies)
  }

  /// The state of the base attack.
  public typealias State = Base.State

  /// Throws for inputs that are not like pictures, and those for which a fainter copy is not legal.
  public func check(_ input: InputSpec) throws(UsageError) {
    try base.check(input)
    try input.requirePicture("scales")
    guard input.range?.contains(0) ?? true else {
      throw UsageError(
        "scales is for inputs that may fade to 0, and those of this model are in \(input.unit)",
        hint: "leave that option out")
    }
  }

  /// The views of the base, each in copies.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    var views: [View] = []
    for view in try base.views(of: x, noise: &noise) {
      views.append(view)
      for copy in 1..<copies {
        views.append(View(try view.input * exp2(-Double(copy)), isPoint: false))
      }
    }
    return views
  }
}
