public import HoldfastTensor

/// The loss that an attack maximises, per sample.
public protocol Objective: Codable, Hashable, Sendable {
  /// The name in tables and records.
  static var name: String { get }

  /// The loss as the reference page prints it: z are the logits, y the true class, t the target, e the
  /// embedding, and z_(1) is the largest logit.
  static var formula: String { get }

  /// The loss of each sample in float32: `(B)`; or several losses of each, `(B, S)`, for an attack
  /// that follows more than one gradient.
  func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor

  /// The objective of a targeted attack, which drives a sample to a given class instead of away
  /// from its own; nil, the default, for an objective that knows no classes.
  var towardsTarget: (any Objective)? { get }

  /// Whether each sample must bring an embedding to aim at; false by default.
  var needsGoal: Bool { get }

  /// Whether the gradient is 0 at the unperturbed input, so that a search must start elsewhere; false
  /// by default.
  var isFlatAtCleanInput: Bool { get }
}

extension Objective {
  /// By default empty.
  public static var formula: String { "" }

  /// By default nil.
  public var towardsTarget: (any Objective)? { nil }

  /// By default false.
  public var needsGoal: Bool { false }

  /// By default false.
  public var isFlatAtCleanInput: Bool { false }
}

extension Tensor {
  /// The entry of each row that `index` `(B)` names: `(B, K)` gives `(B)`.
  func entry(_ index: Tensor) throws(TorchError) -> Tensor {
    try gathering(1, index.unsqueezed(1)).squeezed(1)
  }
}

extension Truth {
  /// The largest logit of a true class or partner: `(B, K)` gives `(B)`.
  func best(of logits: Tensor) throws(TorchError) -> Tensor {
    guard let partners else { return try logits.entry(labels) }
    return try logits.filled(-.infinity, where: partners.not()).max([1])
  }

  /// The logits with those of true classes and partners at minus infinity: `(B, K)`.
  func rivals(in logits: Tensor) throws(TorchError) -> Tensor {
    guard let partners else {
      let index = try labels.unsqueezed(1)
      return try logits.scattering(1, index, logits.gathering(1, index) * 0 - .infinity)
    }
    return try logits.filled(-.infinity, where: partners)
  }
}
