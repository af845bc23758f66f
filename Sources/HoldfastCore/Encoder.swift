public import HoldfastTensor

/// A frozen map from inputs of one modality to embeddings.
///
/// An encoder owns its normalisation: `embed` takes values in the legal range of ``input``. Its
/// parameters never require gradients; a gradient with respect to the input may always be asked
/// for.
public protocol Encoder {
  /// The modality of its inputs.
  var modality: Modality { get }
  /// The space of its inputs.
  var input: InputSpec { get }
  /// The width D of its embeddings.
  var embeddingWidth: Int { get }
  /// The device that holds its parameters, and that its inputs must be on.
  var device: Device { get }

  /// Whether two embeddings of the same input can differ; false by default.
  var isRandom: Bool { get }
  /// This encoder with its sites; nil if it offers none, as by default.
  var sited: (any SitedEncoder)? { get }

  /// Embeddings, not normalised: `(B, …)` gives `(B, D)`.
  func embed(_ input: Tensor) throws(TorchError) -> Tensor

  /// As ``embed(_:)``, with `sites` in place and all randomness from `noise`.
  ///
  /// - Throws: `TorchError` with code `backend` when there are sites and the encoder offers none.
  func embed(_ input: Tensor, sites: Sites, noise: inout Noise) throws(TorchError) -> Tensor
}

extension Encoder {
  /// By default false.
  public var isRandom: Bool { false }

  /// By default nil.
  public var sited: (any SitedEncoder)? { nil }

  /// The same as ``embed(_:)`` by default, which refuses sites.
  public func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try sites.refuseUnlessEmpty()
    return try embed(input)
  }
}

extension Sites {
  /// Fails unless every site is left alone, for an encoder without sites.
  func refuseUnlessEmpty() throws(TorchError) {
    guard isEmpty else {
      throw TorchError(
        code: .backend, operation: "sites", message: "the encoder offers no sites")
    }
  }
}

/// An encoder whose blocks offer named sites, at which a value can be read or replaced.
public protocol SitedEncoder: Encoder {
  /// How many blocks the tower has.
  var blockCount: Int { get }

  /// As ``Encoder/embed(_:)``, with `sites` in place.
  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor
}

extension SitedEncoder {
  /// Embeddings with every site left alone.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    try embed(input, sites: .none)
  }
}

extension SitedEncoder {
  /// This encoder.
  public var sited: (any SitedEncoder)? { self }

  /// Embeddings with `sites` in place; nothing is drawn from `noise`.
  public func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try embed(input, sites: sites)
  }
}
