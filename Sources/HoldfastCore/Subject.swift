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

/// How embeddings become logits: a scaled cosine to one anchor per class.
public struct Head {
  /// Unit columns, one per class: `(D, K)`.
  public let anchors: Tensor
  /// The factor of the cosine, exp(logit_scale) for CLIP.
  public let scale: Double

  /// A head over the given anchors.
  public init(anchors: Tensor, scale: Double) {
    self.anchors = anchors
    self.scale = scale
  }

  /// The number of classes K.
  public var classCount: Int { anchors.shape.last ?? 0 }

  /// scale · cos(embedding, anchor) in float32: `(B, D)` gives `(B, K)`.
  public func logits(_ embedding: Tensor) throws(TorchError) -> Tensor {
    try embedding.to(.float32).normalized().matmul(anchors) * scale
  }
}

/// The model under attack: an encoder, and the head that reads its embeddings.
public struct Subject {
  /// The encoder, with every defence that is part of it.
  public let encoder: any Encoder
  /// The head; none for an attack on bare embeddings.
  public let head: Head?

  /// A subject of the given parts.
  public init(encoder: any Encoder, head: Head?) {
    self.encoder = encoder
    self.head = head
  }

  /// What the model says about inputs in their legal range: `(B, …)`.
  public func predict(_ input: Tensor) throws(TorchError) -> Prediction {
    let embedding = try encoder.embed(input)
    return Prediction(embedding: embedding, logits: try head?.logits(embedding))
  }
}
