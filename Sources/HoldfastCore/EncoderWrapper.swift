public import HoldfastTensor

/// An encoder around another one: it changes the base's input, the values at the base's sites, or
/// the embedding.
///
/// It offers the sites of its base and passes the base's randomness on, so wrappers stack in any
/// order. A wrapper that draws random numbers itself says so with ``Encoder/isRandom``.
public protocol EncoderWrapper: SitedEncoder, RandomEncoder {
  /// The encoder that it goes around.
  var base: any Encoder { get }

  /// Embeddings, not normalised: `(B, …)` gives `(B, D)`.
  ///
  /// An implementation hands `sites` and `noise` on to `base`; sites of its own go inside them
  /// (``Sites/around(_:)``).
  func embed(_ input: Tensor, sites: Sites, noise: inout Noise) throws(TorchError) -> Tensor
}

extension EncoderWrapper {
  /// The base's modality.
  public var modality: Modality { base.modality }

  /// The input space of the base.
  public var input: InputSpec { base.input }

  /// The width of the base's embeddings.
  public var embeddingWidth: Int { base.embeddingWidth }

  /// The device that holds the base's parameters.
  public var device: Device { base.device }

  /// Whether the base is random.
  public var isRandom: Bool { base.isRandom }

  /// Itself if the base offers sites.
  public var sited: (any SitedEncoder)? { base.sited == nil ? nil : self }

  /// How many blocks the base's tower has; 0 if it offers no sites.
  public var blockCount: Int { base.sited?.blockCount ?? 0 }

  /// Embeddings with every site left alone, on a draw that is the same at every call.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    try embed(input, sites: .none)
  }

  /// Embeddings with `sites` in place, on a draw that is the same at every call.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    var noise = Noise.fixed(rows: isRandom ? input.shape.first ?? 0 : 0)
    return try embed(input, sites: sites, noise: &noise)
  }

  /// Embeddings on one draw for each row.
  public func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor {
    try embed(input, sites: .none, noise: &noise)
  }
}
