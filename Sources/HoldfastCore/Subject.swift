public import HoldfastTensor

/// What a model says about a batch.
public struct Prediction {
  /// Embeddings, not normalised: `(B, D)`.
  public let embedding: Tensor
  /// Logits: `(B, K)`; none where the subject has no head.
  public let logits: Tensor?

  /// A prediction of the given parts.
  public init(embedding: Tensor, logits: Tensor?) {
    self.embedding = embedding
    self.logits = logits
  }
}

/// How embeddings become logits: a scaled cosine to the nearest anchor of each class, or as they are.
public struct Head {
  /// Unit columns, those of a class side by side: `(D, K · A)`; none where the embeddings are logits
  /// themselves.
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

/// The model under attack: an encoder, and the head that reads its embeddings.
public struct Subject {
  /// The encoder, with every defence that is part of it.
  public let encoder: any Encoder
  /// The head; none for an attack on bare embeddings.
  public let head: Head?
  /// The encoder, where it draws random numbers.
  let random: (any RandomEncoder)?

  /// A subject of the given parts.
  public init(encoder: any Encoder, head: Head?) {
    self.encoder = encoder
    self.head = head
    random = encoder as? any RandomEncoder
  }

  /// What the model says about inputs in their legal range: `(B, …)`.
  public func predict(_ input: Tensor) throws(TorchError) -> Prediction {
    let embedding = try encoder.embed(input)
    return Prediction(embedding: embedding, logits: try head?.logits(embedding))
  }
}
