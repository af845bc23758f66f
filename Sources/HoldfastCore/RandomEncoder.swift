public import HoldfastTensor

/// An encoder that draws random numbers whenever it embeds: one with a random defence in it.
///
/// It takes all of them from the noise it is given, each row from the row's own generator, so that
/// what it says about a sample depends on the sample's noise and not on its neighbours.
public protocol RandomEncoder: Encoder {
  /// Embeddings on one draw for each row, not normalised: `(B, …)` gives `(B, D)`.
  func embed(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Tensor
}

extension RandomEncoder {
  /// Embeddings on a draw that is the same at every call and for every row.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let generator = Generator(seed: 0, stream: "fixed draw")
    var noise = Noise(.init(repeating: generator, count: input.shape.first ?? 0))
    return try embed(input, noise: &noise)
  }
}

extension Subject {
  /// Whether the same input may get another answer.
  public var isRandom: Bool { random != nil }

  /// What the model says about inputs in their legal range, on one draw of its randomness if it has
  /// any: `(B, …)`.
  public func predict(
    _ input: Tensor, noise: inout Noise
  ) throws(TorchError) -> Prediction {
    guard let random else { return try predict(input) }
    let embedding = try random.embed(input, noise: &noise)
    return Prediction(embedding: embedding, logits: try head?.logits(embedding))
  }

  /// What the model says on average over several draws: the mean embedding and the mean logits.
  ///
  /// A model without randomness is asked once.
  public func predict(
    _ input: Tensor, draws: Int, noise: inout Noise
  ) throws(TorchError) -> Prediction {
    var mean = try predict(input, noise: &noise)
    guard isRandom, draws > 1 else { return mean }
    for draw in 2...draws {
      mean = try mean.mixed(with: predict(input, noise: &noise), share: 1 / Double(draw))
    }
    return mean
  }
}

extension Prediction {
  /// The running mean after a further prediction that counts for `share` of it.
  fileprivate func mixed(
    with other: Prediction, share: Double
  ) throws(TorchError) -> Prediction {
    func mix(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor { try a + (b - a) * share }
    var logits: Tensor?
    if let mine = self.logits, let others = other.logits { logits = try mix(mine, others) }
    return Prediction(embedding: try mix(embedding, other.embedding), logits: logits)
  }
}
