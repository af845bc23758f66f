public import HoldfastCore
public import HoldfastTensor

/// A tower of a model whose own output is more than a direction: scaled, or averaged over clips.
public protocol BindTower: SitedEncoder {
  /// The model's own output, of what the tower embeds: `(B, E)` gives `(B, E)`.
  ///
  /// Cosines are the same of both.
  func output(of embeddings: Tensor) throws(TorchError) -> Tensor
}
