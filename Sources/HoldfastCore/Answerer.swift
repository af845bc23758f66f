public import HoldfastTensor

/// What turns inputs into predictions.
///
/// Usually that is an encoder and a head that reads its embeddings. A defence that changes the
/// answer itself (several views, learned prompts, another head) brings its own answerer, which asks
/// that of the model it goes around.
public protocol Answerer {
  /// Whether two answers to the same input can differ.
  var isRandom: Bool { get }

  /// The prediction for inputs in their legal range: `(B, …)`.
  ///
  /// All randomness comes from `noise`, each row from the row's own generator, so that the answer for
  /// a sample does not depend on its neighbours. `noise` has no rows when ``isRandom`` is false.
  func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction
}

/// An encoder, and a head that reads its embeddings.
struct EncoderAnswerer: Answerer {
  let encoder: any Encoder
  let head: Head?

  var isRandom: Bool { encoder.isRandom }

  func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction {
    let embedding = try encoder.embed(input, sites: .none, noise: &noise)
    return Prediction(embedding: embedding, logits: try head?.logits(embedding))
  }
}
