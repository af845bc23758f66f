public import HoldfastTensor

/// What an attack makes as large as it can, per sample.
public protocol Objective: Codable, Hashable, Sendable {
  /// The name in tables and records.
  static var name: String { get }

  /// The loss as the reference page prints it: z are the logits, y the true class, t the target, e the
  /// embedding, and z_(1) is the largest logit.
  static var formula: String { get }

  /// The loss of each sample in float32: `(B)`; or several losses of each, `(B, S)`, for an attack
  /// that follows more than one gradient.
  func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor

  /// What takes its place where a sample is to reach the class that its run aims at, rather than
  /// leave its own; none, unless an objective says otherwise, for what knows no classes.
  var towardsTarget: (any Objective)? { get }
}

extension Objective {
  /// None.
  public var towardsTarget: (any Objective)? { nil }
}

extension Objective {
  /// Nothing is said.
  public static var formula: String { "" }
}

extension Prediction {
  /// The logits `(B, K)`, for objectives and criteria that cannot do without.
  ///
  /// - Parameter asker: who is named in the error.
  /// - Throws: `TorchError` with code `shape` where the subject has no head.
  public func requireLogits(_ asker: String) throws(TorchError) -> Tensor {
    guard let logits else {
      throw TorchError(
        code: .shape, operation: asker, message: "needs logits, but the subject has no head")
    }
    return logits
  }
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
