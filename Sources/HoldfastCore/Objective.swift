public import HoldfastTensor

/// What an attack makes as large as it can, per sample.
public protocol Objective: Codable, Hashable, Sendable {
  /// The name in tables and records.
  static var name: String { get }

  /// The loss of each sample in float32: `(B)`.
  func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor
}

/// Cross-entropy of the true class: log Σ exp z - z_y.
public struct CrossEntropy: Objective {
  /// `cross-entropy`.
  public static let name = "cross-entropy"

  /// The objective; it has no parameters.
  public init() {}

  /// The cross-entropy of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("cross-entropy")
    let own = try logits.gathering(1, truth.labels.unsqueezed(1)).squeezed(1)
    return try logits.logSumExp([1]) - own
  }
}

/// Squared Euclidean distance of the unit embedding from the unperturbed one.
///
/// It needs no label and no anchors (specs: defences, section 7).
public struct EmbeddingDistance: Objective {
  /// `embedding-distance`.
  public static let name = "embedding-distance"

  /// The objective; it has no parameters.
  public init() {}

  /// The distance of each sample.
  ///
  /// Its gradient is 0 at the clean input itself, so an attack on it
  /// must start elsewhere.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let moved = try prediction.embedding.to(.float32).normalized()
    let clean = try truth.cleanEmbedding.to(.float32).normalized()
    return try (moved - clean).squared().sum([1])
  }
}

extension Prediction {
  /// The logits, or an error that names who asked for them.
  func requireLogits(_ asker: String) throws(TorchError) -> Tensor {
    guard let logits else {
      throw TorchError(
        code: .shape, operation: asker, message: "needs logits, but the subject has no head")
    }
    return logits
  }
}
