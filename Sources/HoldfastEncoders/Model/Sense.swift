public import HoldfastCore
public import HoldfastMedia
public import HoldfastTensor

/// One sense of a model: its tower, how its inputs are made, and how its cosines are scaled.
public struct Sense {
  /// The tower, bare.
  public let encoder: any Encoder
  /// How a file becomes what the tower takes.
  ///
  /// Normalisation is not part of it; the tower owns that.
  public let preparation: any Preparation
  /// The factor on cosines with anchors.
  public let scale: Double
  /// The classes whose logits its embeddings are; none for an encoder into a space.
  public let classes: ClassOutputs?

  private let converted: (DType) throws -> any Encoder

  /// A sense of the given parts; `converted` is the same tower in another element type.
  public init(
    encoder: any Encoder, preparation: any Preparation, scale: Double,
    classes: ClassOutputs? = nil, converted: @escaping (DType) throws -> any Encoder
  ) {
    self.encoder = encoder
    self.preparation = preparation
    self.scale = scale
    self.classes = classes
    self.converted = converted
  }

  /// Which sense it is.
  public var modality: Modality { encoder.modality }

  /// The bare tower in another element type.
  public func encoder(in dtype: DType) throws -> any Encoder { try converted(dtype) }
}
