public import HoldfastTensor

/// What counts as success.
public protocol Criterion: Codable, Hashable, Sendable {
  /// The name in tables and records.
  static var name: String { get }

  /// How far each sample is past success, in logits: `(B)`; positive where it succeeds.
  func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor
}

/// Any class but the true one is on top: max over j ≠ y of z_j, minus z_y.
public struct Misclassification: Criterion {
  /// `misclassification`.
  public static let name = "misclassification"

  /// The criterion; it has no parameters.
  public init() {}

  /// The margin of each sample; a tie is no success.
  public func margin(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    let logits = try prediction.requireLogits("misclassification")
    let index = try truth.labels.unsqueezed(1)
    let own = try logits.gathering(1, index)
    let masked = try logits.scattering(1, index, own * 0 - Double.infinity)
    return try masked.max([1]) - own.squeezed(1)
  }
}
