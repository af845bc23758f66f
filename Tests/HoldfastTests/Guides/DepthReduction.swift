import Foundation
import Holdfast

/// Every value is rounded to a few levels of its range before the model sees it.
///
/// Xu et al., 2018 (Feature Squeezing), section 3.1.
struct DepthReduction: Defense {
  static let name = "depth-reduction"

  /// The gradient used in place of that of rounding, which is 0 almost everywhere.
  enum Gradient: String, Codable {
    /// That of the identity.
    case identity
    /// That of a smooth staircase: largest halfway between two levels.
    case staircase
    /// The gradient of rounding itself, 0. Only to show what masking looks like.
    case hidden
  }

  /// The levels of each value; at least 2.
  var levels = 8
  /// The gradient used in place of that of rounding.
  var gradient = Gradient.identity

  func check(_ subject: Subject) throws(UsageError) {
    guard levels >= 2, subject.encoder.input.range != nil else {
      throw UsageError("depth reduction needs two levels at least, and inputs with a legal range")
    }
  }

  func fit(_ context: DefenseContext) throws -> Fitted { Fitted([:]) }

  func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    try check(subject)
    return try subject.wrapped(by: Self.name) { encoder in
      ReducedEncoder(base: encoder, range: encoder.input.range ?? 0...1, defense: self)
    }
  }

  /// Auto-PGD on two losses, which search in the same rounding with the gradient of the staircase, and
  /// Square, which needs no gradient.
  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] {
    let smooth = DepthReduction(levels: levels, gradient: .staircase)
    let entropy = AttackRecipe(
      name: "apgd-ce", attack: APGD(steps: steps), objective: CrossEntropy())
    let margin = AttackRecipe(
      name: "apgd-margin", attack: APGD(steps: steps), objective: Margin())
    let square = AttackRecipe(
      name: "square", attack: Square(queries: 10 * steps), objective: Margin())
    return [
      AdaptiveAttack(entropy, in: smooth), AdaptiveAttack(margin, in: smooth),
      AdaptiveAttack(square),
    ]
  }
}

/// An encoder of rounded inputs.
struct ReducedEncoder: EncoderWrapper {
  let base: any Encoder
  let range: ClosedRange<Float>
  let defense: DepthReduction

  func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    let low = Double(range.lowerBound)
    let step = (Double(range.upperBound) - low) / Double(defense.levels - 1)
    var level = try (input - low) / step  // (B, …), whole numbers at the levels
    switch defense.gradient {
    case .hidden: level = try level.rounded()
    case .identity: level = try level.straightThrough { x throws(TorchError) in try x.rounded() }
    case .staircase:
      let smooth = try level - (level * (2 * .pi)).sin() / (2 * .pi)
      level = try smooth.straightThrough { x throws(TorchError) in try x.rounded() }
    }
    return try base.embed(level * step + low, sites: sites, noise: &noise)
  }
}

extension DefenseEntry {
  /// The entry that reads the defence from its text form and from a bundle.
  static let depthReduction = DefenseEntry(
    DepthReduction.self, summary: "values rounded to a few levels (Xu et al., 2018)",
    options: ["levels=8", "gradient=identity|staircase|hidden"]
  ) { (spelling, _) throws(UsageError) in
    DepthReduction(
      levels: try spelling.takeCount("levels", default: 8, least: 2),
      gradient: try spelling.take("gradient", "identity, staircase or hidden") {
        DepthReduction.Gradient(rawValue: $0)
      } ?? .identity)
  }
}
