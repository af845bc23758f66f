public import HoldfastTensor

/// An encoder that draws random numbers whenever it embeds, as a random defence does.
///
/// It takes all of them from the noise it is given, each row from the row's own generator, so that
/// the embedding of a sample depends on the sample's noise and not on its neighbours.
public protocol RandomEncoder: Encoder {
  /// Embeddings on one draw for each row, not normalised: `(B, …)` gives `(B, D)`.
  func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor
}

extension RandomEncoder {
  /// True, as it draws from the noise it is given.
  public var isRandom: Bool { true }

  /// Embeddings on a draw that is the same at every call and for every row.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    var noise = Noise.fixed(rows: input.shape.first ?? 0)
    return try embed(input, noise: &noise)
  }

  /// Embeddings on one draw for each row; sites are refused.
  public func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try sites.refuseUnlessEmpty()
    return try embed(input, noise: &noise)
  }
}

extension Noise {
  /// The same generator for every row: a draw that is the same at every call.
  static func fixed(rows: Int) -> Noise {
    guard rows > 0 else { return Noise([]) }
    return Noise(.init(repeating: Generator(seed: 0, stream: "fixed draw"), count: rows))
  }
}
