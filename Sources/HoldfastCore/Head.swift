public import HoldfastTensor

/// How embeddings become logits: a scaled cosine to the nearest anchor of each class, or as they are.
public struct Head {
  /// Unit columns, those of a class side by side: `(D, K · A)`; nil when the embeddings are the
  /// logits.
  public let anchors: Tensor?
  /// How many anchors A stand for each class, of which the nearest counts.
  public let anchorsPerClass: Int
  /// The factor of the cosine, exp(logit_scale) for CLIP.
  public let scale: Double
  /// The number of classes K.
  public let classCount: Int

  /// A head over one anchor for each class: `(D, K)`.
  public init(anchors: Tensor, scale: Double) {
    self.anchors = anchors
    self.scale = scale
    anchorsPerClass = 1
    classCount = anchors.shape.last ?? 0
  }

  /// A head over several anchors for each class, of which the nearest counts: `(D, K, A)`.
  ///
  /// The class of the largest logit is that of the nearest of all anchors.
  /// - Throws: `TorchError` with code `shape` for anchors of another rank.
  public init(nearestOf anchors: Tensor, scale: Double) throws(TorchError) {
    let shape = anchors.shape
    guard shape.count == 3, shape[2] > 0 else {
      throw TorchError(
        code: .shape, operation: "head",
        message: "takes anchors [D, classes, anchors of each class], not \(shape)")
    }
    self.anchors = try anchors.reshaped([shape[0], shape[1] * shape[2]])
    self.scale = scale
    anchorsPerClass = shape[2]
    classCount = shape[1]
  }

  /// A head for a classifier, whose embeddings are its logits: `D` is `classCount`.
  public init(logits classCount: Int) {
    anchors = nil
    scale = 1
    anchorsPerClass = 1
    self.classCount = classCount
  }

  /// scale · cos(embedding, nearest anchor of the class) in float32, or the embedding itself:
  /// `(B, D)` gives `(B, K)`.
  public func logits(_ embedding: Tensor) throws(TorchError) -> Tensor {
    let embedding = try embedding.to(.float32)
    guard let anchors else { return embedding }
    let cosines = try embedding.normalized().matmul(anchors)  // (B, K · A)
    guard anchorsPerClass > 1 else { return try cosines * scale }
    let batch = cosines.shape[0]
    return try cosines.reshaped([batch, classCount, anchorsPerClass]).max([2]) * scale
  }
}
