public import HoldfastCore
public import HoldfastTensor

/// Classification by the nearest anchor: logits are scaled cosines.
///
/// Source: Radford et al., 2021, section 3.1.2.
public struct ZeroShotClassifier {
  /// Where inputs become embeddings.
  public let encoder: any Encoder
  /// One column of unit length for each class: `(D, K)`.
  public let anchors: Tensor
  /// The factor on cosines.
  public let scale: Double

  /// A classifier over `anchors`.
  ///
  /// - Throws: ``TorchError`` with code `shape` where encoder and anchors differ in width.
  public init(encoder: any Encoder, anchors: Tensor, scale: Double) throws(TorchError) {
    guard anchors.rank == 2, anchors.shape[0] == encoder.embeddingWidth else {
      throw TorchError(
        code: .shape, operation: "zero-shot classifier",
        message: "embeddings of width \(encoder.embeddingWidth) have no cosines with anchors "
          + "\(anchors.shape)")
    }
    self.encoder = encoder
    self.anchors = anchors
    self.scale = scale
  }

  /// Logits of inputs: `(B, …)` gives `(B, K)`.
  public func logits(_ input: Tensor) throws(TorchError) -> Tensor {
    try logits(embeddings: encoder.embed(input))
  }

  /// Logits of embeddings of any length: `(B, D)` gives `(B, K)`.
  public func logits(embeddings: Tensor) throws(TorchError) -> Tensor {
    try embeddings.normalized().matmul(anchors) * scale
  }
}
