import HoldfastCore
import HoldfastEncoders
import HoldfastTensor

/// The loss of a tower: it must classify as it will be asked to, and its embeddings must lie near
/// those of the picture and the caption of the same thing.
///
/// The space is frozen; gradients reach the tower alone.
/// Source: Girdhar et al., 2023, section 3.1, for binding by pictures; the naming is CLIP's.
struct TowerLoss {
  /// The temperature's inverse for pictures, between those that ImageBind has for its modalities.
  private static let imageScale = 20.0
  /// The distance in logits that the two nearest classes must be able to reach.
  private static let reach = 10.0

  private let space: TowerSpace
  private let anchors: Tensor  // (E, K)
  private let scale: Double
  private let weights: (image: Double, caption: Double)

  /// - Parameters:
  ///   - anchors: one unit column for each class: `(E, K)`.
  ///   - weights: of the pictures and of the captions, beside the naming.
  init(
    _ space: TowerSpace, anchors: Tensor, weights: (image: Double, caption: Double)
  ) throws {
    self.space = space
    self.anchors = anchors
    self.weights = weights
    scale = max(space.image.scale, Self.reach / (try Self.nearest(anchors)))
  }

  /// The loss of a batch, a scalar.
  func callAsFunction(_ encoder: any Encoder, _ batch: TowerBatch) throws -> Tensor {
    let unit = try encoder.embed(batch.inputs.to(encoder.device)).normalized()  // (B, E)
    var loss = try ClassAndPairLoss.crossEntropy(
      unit.matmul(anchors) * scale, batch.labels.to(encoder.device))
    if let images = batch.images {
      let cosines = try unit.matmul(images.transposed(0, 1)) * Self.imageScale  // (B, B)
      loss =
        try loss + ClassAndPairLoss.contrast(cosines, Array(0..<images.shape[0])) * weights.image
    }
    if !batch.captions.isEmpty {
      let texts = try space.embed(texts: batch.captions).transposed(0, 1)  // (E, B)
      let cosines = try unit.matmul(texts) * space.image.scale
      loss = try loss + ClassAndPairLoss.contrast(cosines, batch.captions) * weights.caption
    }
    return loss
  }

  /// The distance of the two nearest anchors, at least a ten-thousandth.
  static func nearest(_ anchors: Tensor) throws -> Double {
    let columns = try anchors.transposed(0, 1)  // (K, E)
    let count = columns.shape[0]
    let distances = try (columns.unsqueezed(0) - columns.unsqueezed(1)).squared().sum([2])
      .squareRoot().array(of: Float.self)
    let apart = distances.enumerated().filter { $0.offset / count != $0.offset % count }
    return max(1e-4, Double(apart.map(\.element).min() ?? 1))
  }
}
