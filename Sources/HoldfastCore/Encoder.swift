public import HoldfastTensor

/// A frozen map from inputs of one sense to embeddings.
///
/// An encoder owns its normalisation: `embed` takes values in the legal range of ``input``. Its
/// parameters never require gradients; a gradient with respect to the input may always be asked for.
public protocol Encoder {
  /// The sense it serves.
  var modality: Modality { get }
  /// What it takes.
  var input: InputSpec { get }
  /// The width D of its embeddings.
  var embeddingWidth: Int { get }
  /// Where its parameters live, and so where its inputs must be.
  var device: Device { get }

  /// Embeddings, not normalised: `(B, …)` gives `(B, D)`.
  func embed(_ input: Tensor) throws(TorchError) -> Tensor
}

/// An encoder whose blocks offer named sites, where a value can be read or replaced.
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
