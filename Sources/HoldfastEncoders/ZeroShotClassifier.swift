public import HoldfastCore
public import HoldfastTensor

/// Classification by the nearest anchor: an encoder with a head over class prompts.
///
/// Source: Radford et al., 2021, section 3.1.2.
public struct ZeroShotClassifier {
  /// Turns inputs into embeddings.
  public let encoder: any Encoder
  /// Turns embeddings into logits.
  public let head: Head

  /// A classifier with the given head.
  ///
  /// - Throws: `TorchError` with code `shape` when encoder and anchors differ in width.
  public init(encoder: any Encoder, head: Head) throws(TorchError) {
    guard let anchors = head.anchors, anchors.rank == 2,
      anchors.shape[0] == encoder.embeddingWidth
    else {
      throw TorchError(
        code: .shape, operation: "zero-shot classifier",
        message: "embeddings of width \(encoder.embeddingWidth) have no cosines with anchors "
          + "\(head.anchors?.shape ?? [])")
    }
    self.encoder = encoder
    self.head = head
  }

  /// What an attack is pointed at.
  public var subject: Subject { Subject(encoder: encoder, head: head) }

  /// Logits of inputs: `(B, …)` gives `(B, K)`.
  public func logits(_ input: Tensor) throws(TorchError) -> Tensor {
    try head.logits(encoder.embed(input))
  }
}
